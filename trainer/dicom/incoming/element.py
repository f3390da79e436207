"""The values of an element of a data set that may be damaged: what is expected, or nothing."""

from __future__ import annotations

import math
from typing import Any


def values(ds: Any, keyword: str) -> list[Any]:
    """Return the values of an element; none if they cannot be read."""
    try:
        value = ds.get(keyword)
    except Exception:  # whatever pydicom meets in a damaged value
        return []
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str | bytes) or not hasattr(value, "__iter__") else list(value)


def text(ds: Any, keyword: str) -> str:
    """Return the first value of an element as text; empty if it cannot be read."""
    found = values(ds, keyword)
    return str(found[0]).strip() if found else ""


def numbers(ds: Any, keyword: str, count: int) -> tuple[float, ...] | None:
    """Return exactly so many finite numbers, or None."""
    try:
        found = tuple(float(value) for value in values(ds, keyword))
    except (TypeError, ValueError, OverflowError):
        return None
    return found if len(found) == count and all(map(math.isfinite, found)) else None


def number(ds: Any, keyword: str) -> float | None:
    """Return the one finite number of an element, or None."""
    found = numbers(ds, keyword, 1)
    return None if found is None else found[0]


def whole(ds: Any, keyword: str, default: int = -1) -> int:
    """Return the one whole number of an element."""
    value = number(ds, keyword)
    return default if value is None else int(value)
