"""Makes the two shipped fonts from fontsource's packages: run by hand, see README.md."""

# mypy: ignore-errors
# fontTools is no dependency of the product.

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

ASCENT, DESCENT = 1000, -460
NOTO_SCALE = 930
LATIN_MORE = [*range(0x100, 0x250), 0x259, 0x292, *range(0x2B0, 0x370), *range(0x1E00, 0x1F00)]
CYRILLIC_MORE = [*range(0x460, 0x530)]
ARABIC = [*range(0x600, 0x700), *range(0x200C, 0x2010), *range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFF)]
FAMILY = "Vuoro Lettering"
SOURCES = "Atkinson Hyperlegible (Braille Institute of America), Noto Sans, Noto Sans Arabic (The Noto Project Authors)"


def main(packages: Path, target: Path) -> None:
    for weight, style in ((400, "Regular"), (700, "Bold")):
        with TemporaryDirectory() as folder:
            merged = Merger().merge([str(part) for part in parts(packages, weight, Path(folder))])
        finish(merged, style)
        merged.save(target / f"vuoro-{style.lower()}.ttf")


def parts(packages: Path, weight: int, folder: Path) -> list[Path]:
    """One file per source, none repeating a character of those before it."""
    made: list[Path] = []
    have: set[int] = set()
    for package, script, wanted in (
        ("atkinson-hyperlegible", "latin", None),
        ("atkinson-hyperlegible", "latin-ext", None),
        ("noto-sans", "latin-ext", LATIN_MORE),
        ("noto-sans", "vietnamese", LATIN_MORE),
        ("noto-sans", "cyrillic", None),
        ("noto-sans", "cyrillic-ext", CYRILLIC_MORE),
        ("noto-sans-arabic", "arabic", ARABIC),
    ):
        font = TTFont(packages / package / "files" / f"{package}-{script}-{weight}-normal.woff2")
        if package == "atkinson-hyperlegible" and script == "latin":
            make_tabular_digits_ordinary(font)
        unicodes = set(font.getBestCmap())
        keep = (unicodes & set(wanted) if wanted else unicodes) - have
        options = subset.Options(
            hinting=False, layout_features=["*"], notdef_outline=True, drop_tables=["STAT", "gasp"]
        )
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=keep)
        subsetter.subset(font)
        if package == "noto-sans":
            scale_upem(font, NOTO_SCALE)
            font["head"].unitsPerEm = 1000
        font.flavor = None
        made.append(folder / f"{package}-{script}.ttf")
        font.save(made[-1])
        have |= keep
    return made


def make_tabular_digits_ordinary(font: TTFont) -> None:
    table = font["GSUB"].table
    tabular: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for part in table.LookupList.Lookup[index].SubTable:
                    tabular.update(getattr(part, "mapping", None) or part.ExtSubTable.mapping)
    for cmap in font["cmap"].tables:
        for digit in range(0x30, 0x3A):
            if digit in cmap.cmap:
                cmap.cmap[digit] = tabular.get(cmap.cmap[digit], cmap.cmap[digit])


def finish(font: TTFont, style: str) -> None:
    """One set of line measures, and a name of its own."""
    across, windows = font["hhea"], font["OS/2"]
    across.ascent = windows.sTypoAscender = windows.usWinAscent = ASCENT
    across.descent = windows.sTypoDescender = DESCENT
    windows.usWinDescent = -DESCENT
    across.lineGap = windows.sTypoLineGap = 0
    names = font["name"]
    names.names = [name for name in names.names if name.nameID in (0, 13, 14)]
    family = {1: FAMILY, 2: style, 4: f"{FAMILY} {style}", 6: f"VuoroLettering-{style}", 10: SOURCES}
    for name_id, text in family.items():
        names.setName(text, name_id, 3, 1, 0x409)
    font["post"].formatType = 3


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
