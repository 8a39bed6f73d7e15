"""Reads a clean QR code of versions 2 to 6, level M, byte mode: enough for what a ticket carries."""

from __future__ import annotations

Modules = list[list[bool]]

BLOCKS = {2: (1, 28), 3: (1, 44), 4: (2, 32), 5: (2, 43), 6: (4, 27)}
"""Version -> blocks, and data bytes of each, at level M (ISO/IEC 18004, table 9)."""

MASKS = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


def read_qr(modules: Modules) -> str:
    """What the code says; errors are not corrected, so that a wrong module shows."""
    version = (len(modules) - 17) // 4
    level, mask = _format(modules)
    assert level == 0b00, "level M"
    codewords = _codewords(modules, mask)
    blocks, size = BLOCKS[version]
    data = [codewords[i * blocks + block] for block in range(blocks) for i in range(size)]
    bits = "".join(f"{word:08b}" for word in data)
    assert bits[:4] == "0100", "byte mode"
    length = int(bits[4:12], 2)
    return bytes(int(bits[12 + 8 * i : 20 + 8 * i], 2) for i in range(length)).decode()


def _format(modules: Modules) -> tuple[int, int]:
    bits = "".join(str(int(modules[8][x])) for x in (0, 1, 2, 3, 4))
    plain = int(bits, 2) ^ 0b10101
    return plain >> 3, plain & 7


def _codewords(modules: Modules, mask: int) -> list[int]:
    """Bytes in the order of the code: columns in pairs from the right, up and down by turns."""
    size, bits = len(modules), ""
    for pair, right in enumerate([*range(size - 1, 6, -2), 5, 3, 1]):
        rows = range(size - 1, -1, -1) if pair % 2 == 0 else range(size)
        for y in rows:
            for x in (right, right - 1):
                if not _is_pattern(y, x, size):
                    bits += str(int(modules[y][x] != MASKS[mask](y, x)))
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8)]


def _is_pattern(y: int, x: int, size: int) -> bool:
    finder = (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9)
    alignment = abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2
    return finder or alignment or y == 6 or x == 6
