"""A connected phone, and the choice of one."""

from __future__ import annotations

from dataclasses import dataclass

from devices.failures import (
    DeviceError,
    NoDeviceError,
    SeveralDevicesError,
    one_line,
    printable,
)


@dataclass(frozen=True)
class Phone:
    """One device as its tool lists it.

    Attributes:
        identifier: what the tool wants to be told (UDID, serial).
        name: the name its owner gave it; shown, never written into a result.
        model: product identifier, such as iPhone15,2 or Pixel 8.
        marketing_name: such as iPhone 14 Pro; empty where the tool does not say.
        system: such as iOS 18.4.1; empty where the tool does not say.
        trouble: why it cannot be used now; None if it can.
    """

    identifier: str
    name: str
    model: str
    marketing_name: str = ""
    system: str = ""
    trouble: DeviceError | None = None

    @property
    def title(self) -> str:
        """One line that tells this phone from others, whatever it calls itself."""
        what = ", ".join(word for word in (self.marketing_name or self.model, self.system) if word)
        return one_line(f"{self.name} ({what}) {self.identifier}")

    def is_called(self, wanted: str) -> bool:
        """Whether ``wanted`` is its identifier or its name."""
        return wanted.lower() in (self.identifier.lower(), self.name.lower())


def choose(phones: list[Phone], wanted: str | None, nothing: str) -> Phone:
    """The phone to use.

    Args:
        phones: all that are connected.
        wanted: identifier or name, or None for the only one.
        nothing: the sentence for no phone at all.

    Raises:
        NoDeviceError: none is connected, or none of that name.
        SeveralDevicesError: more than one and ``wanted`` is None; the sentence names them.
        DeviceError: the phone's own trouble.
    """
    if wanted is not None:
        named = [phone for phone in phones if phone.is_called(wanted)]
        if not named:
            there = "; ".join(phone.title for phone in phones) or "nothing"
            raise NoDeviceError(f"no connected device is called {wanted!r}; connected: {there}")
        if len(named) > 1:
            raise SeveralDevicesError(
                f"several devices are called {wanted!r}; give the identifier with --device: "
                + "; ".join(phone.title for phone in named)
            )
        chosen = named[0]
    else:
        usable = [phone for phone in phones if phone.trouble is None]
        if len(usable) > 1:
            raise SeveralDevicesError(
                "several devices are connected; name one with --device: "
                + "; ".join(phone.title for phone in usable)
            )
        if not phones:
            raise NoDeviceError(nothing)
        chosen = (usable or phones)[0]
    if chosen.trouble is not None:
        raise chosen.trouble
    return chosen


def listing(phones: list[Phone]) -> str:
    """The lines of ``--list``."""
    return "\n".join(
        phone.title
        + (f"\n    not usable: {printable(str(phone.trouble))}" if phone.trouble else "")
        for phone in phones
    )
