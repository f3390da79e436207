"""Words on the command line turned into values, with complaints that say what is expected."""

from __future__ import annotations

import argparse
from collections.abc import Callable

_LARGEST_SEED = 2**63 - 1


def _number(text: str) -> int | None:
    """Return a number written in plain digits, None for anything else: `int` would also read 1_0 and other scripts'."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None


def whole(text: str) -> int:
    """Return a seed: a whole number from 0."""
    value = _number(text)
    if value is None or not 0 <= value <= _LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; a whole number from 0 is expected")
    return value


def count(name: str, low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``low`` to ``high``."""

    def read(text: str) -> int:
        value = _number(text)
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} {name}; a whole number from {low} to {high} is expected")
        return value

    return read


def add_chest(parser: argparse.ArgumentParser) -> None:
    """Add ``--chest``."""
    parser.add_argument(
        "--chest", metavar="NAME", help="an imported chest in place of a built one (`atoll chest list`)"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
