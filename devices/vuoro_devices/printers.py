"""Which printer a dispenser has, as its settings say: one on a link, or the simulated one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator
from vuoro_mqtt.settings_file import Fault, meant

from vuoro_devices.hardware.escpos_parts import known_printers, load_escpos, profile_data
from vuoro_devices.hardware.escpos_printer import EscposPrinter
from vuoro_devices.hardware.printer_links import FileLink, NetworkLink, PrinterLink, SerialLink, UsbLink
from vuoro_devices.ports import Printer

SLOW_BAUD = 57600
"""Below this a picture of the number would take seconds on a serial line."""


class PrinterSettings(BaseModel):
    """The ``[printer]`` table of a dispenser's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    type: Literal["usb", "network", "serial", "file", "simulated"] = Field(description="how the printer is reached")
    vendor: int | None = Field(None, ge=0, le=0xFFFF, description="usb: vendor id; without it, the first USB printer")
    product: int | None = Field(None, ge=0, le=0xFFFF, description="usb: product id")
    host: str | None = Field(None, min_length=1, description="network: name or address")
    port: int = Field(9100, ge=1, le=65535, description="network: TCP port")
    device: str | None = Field(None, min_length=1, description="serial: device file, such as /dev/ttyUSB0")
    baud: int = Field(38400, ge=1200, le=921600, description="serial: speed")
    path: str | None = Field(None, min_length=1, description="file: device file, such as /dev/usb/lp0")
    profile: str = Field("default", description="the printer's name in python-escpos, or default")
    width_dots: int | None = Field(
        None,
        ge=200,
        le=1024,
        validation_alias=AliasChoices("width_dots", "columns_dots"),
        description="printable width: 576 on 80 mm paper, 384 on 58 mm; without it, the profile's",
    )
    codepage: str | None = Field(None, description="code page to prefer, such as CP858")
    cut: Literal["partial", "full"] = Field("partial", description="partial keeps the ticket from falling")
    asks: bool = Field(True, description="false for a printer that answers no status requests")
    patience_seconds: float = Field(3.0, gt=0, le=30, description="how long the printer may take no data")

    @model_validator(mode="after")
    def _has_its_address(self) -> PrinterSettings:
        for fault in _address_faults(self.model_dump()):
            raise ValueError(str(fault))
        return self

    @property
    def slow(self) -> bool:
        """Whether letters are to be preferred to pictures."""
        return self.type == "serial" and self.baud < SLOW_BAUD


def open_printer(settings: PrinterSettings, state: Path | None = None, *, torn: bool = False) -> Printer:
    """The printer that the settings name, whether it is there or not (``trouble`` tells).

    ``state`` is the device's folder; ``torn`` whether half a ticket may hang from the printer.
    ValueError where profile, width or code page cannot be, with what can.
    """
    load_escpos(state)
    for fault in printer_faults(settings.model_dump(exclude_none=True)):
        raise ValueError(str(fault))
    width = settings.width_dots or _width_of(profile_data(settings.profile)) or 576
    if settings.type == "simulated":
        from vuoro_devices.simulated.printer import SimulatedPrinter

        simulated = SimulatedPrinter(
            settings.profile, width, codepage=settings.codepage, cut=settings.cut, state=state, torn=torn
        )
        simulated.warm()
        return simulated
    printer = EscposPrinter(
        lambda: open_link(settings),
        settings.profile,
        width,
        codepage=settings.codepage,
        slow=settings.slow,
        cut=settings.cut,
        asks=settings.asks,
        state=state,
        torn=torn,
    )
    printer.warm()
    return printer


def open_link(settings: PrinterSettings) -> PrinterLink:
    """A new link to the printer; LinkBroken where it is not to be reached."""
    patience = settings.patience_seconds
    if settings.type == "network":
        return NetworkLink(settings.host or "", settings.port, patience)
    if settings.type == "serial":
        return SerialLink(settings.device or "", settings.baud, patience)
    if settings.type == "file":
        return FileLink(settings.path or "", patience)
    return UsbLink(settings.vendor, settings.product, patience)


NEEDED = {"network": "host", "serial": "device", "file": "path"}
"""What each type of printer cannot be reached without."""


def printer_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    """What a ``[printer]`` table of the right shapes may still get wrong; what has a wrong shape is passed over."""
    yield from _address_faults(table)
    yield from _profile_faults(table)


def _address_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    kind = table.get("type")
    needed = NEEDED.get(kind) if isinstance(kind, str) else None
    if needed and table.get(needed) is None:
        yield Fault(f"printer.{needed}", f"is missing; type = {kind!r} needs it")
    if table.get("product") is not None and table.get("vendor") is None:
        yield Fault("printer.vendor", "is missing; product needs it")


def _profile_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    name, page = table.get("profile", "default"), table.get("codepage")
    width = table.get("width_dots", table.get("columns_dots"))
    if name == "default" and page is None and width is None:
        return
    printers = known_printers()
    if isinstance(name, str) and name not in printers:
        known = ", ".join(sorted(printers))
        near = meant(name, printers)
        text = f"{name!r} is no printer that python-escpos knows{near}{' One' if near else '; one'} of {known}"
        yield Fault("printer.profile", text)
    if isinstance(name, str) and name in printers:
        yield from _beyond(page, width, [printers[name]], name)
    else:
        yield from _beyond(page, width, list(printers.values()), "any printer that python-escpos knows")


def _beyond(page: object, width: object, printers: Sequence[Mapping[str, Any]], whose: str) -> Iterator[Fault]:
    """What none of these printers can do: where the name is wrong, what is wrong whichever is meant."""
    pages = sorted({page for one in printers for page in one["codePages"].values()} - {"Unknown"})
    if isinstance(page, str) and page not in pages:
        yield Fault("printer.codepage", f"{page!r} is no code page of {whose}; one of {', '.join(pages)}")
    widths = [known for one in printers if (known := _width_of(one)) is not None]
    if isinstance(width, int) and widths and width > max(widths):
        yield Fault("printer.width_dots", f"{width} is more than the {max(widths)} of {whose}")


def _width_of(profile: Mapping[str, Any]) -> int | None:
    """How many dots wide it prints, where that is known."""
    known = profile.get("media", {}).get("width", {}).get("pixels")
    return known if isinstance(known, int) else None
