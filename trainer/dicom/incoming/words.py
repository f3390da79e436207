"""How the reader names things in its lines: plain, short, and with nothing in them that orders a terminal about."""

from __future__ import annotations

from typing import Final

_LONGEST_NAME: Final = 60


def plain_name(name: str) -> str:
    """Return the name of a file or folder, fit for a line.

    Parameters
    ----------
    name : str
        As the system gave it; it may hold control characters and broken text.
    """
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 20]}...{plain[-17:]}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def millimetres(value: float) -> str:
    """Return a length without needless digits."""
    return f"{value:.3f}".rstrip("0").rstrip(".") + " mm"
