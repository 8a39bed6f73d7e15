"""Which printer a dispenser has, as its settings say: one on a link, or the simulated one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from vuoro_devices.hardware.escpos_parts import load_escpos, profile_data, profile_names
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
        needed = {"network": "host", "serial": "device", "file": "path"}.get(self.type)
        if needed and getattr(self, needed) is None:
            raise ValueError(f'a printer of type "{self.type}" needs "{needed}"')
        if self.product is not None and self.vendor is None:
            raise ValueError('"product" needs "vendor"')
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
    _check_profile(settings)
    width = _width(settings)
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


def _check_profile(settings: PrinterSettings) -> None:
    if settings.profile not in profile_names():
        raise ValueError(f'printer.profile: "{settings.profile}" is not one of {", ".join(profile_names())}')
    pages = set(profile_data(settings.profile)["codePages"].values()) - {"Unknown"}
    if settings.codepage is not None and settings.codepage not in pages:
        raise ValueError(f'printer.codepage: "{settings.codepage}" is not one of {", ".join(sorted(pages))}')


def _width(settings: PrinterSettings) -> int:
    """The width set, else the profile's, else that of 80 mm paper."""
    known = profile_data(settings.profile).get("media", {}).get("width", {}).get("pixels")
    if not isinstance(known, int):
        return settings.width_dots or 576
    if settings.width_dots is not None and settings.width_dots > known:
        raise ValueError(f"printer.width_dots: {settings.width_dots} is more than the {known} of {settings.profile}")
    return settings.width_dots or known
