"""Words of a report."""

from __future__ import annotations

import unicodedata


def clip(text: str, most: int) -> str:
    """Return a text on one line, without letters that cannot be printed, and no longer than so many of them."""
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip()}…"


def many(count: int, word: str) -> str:
    """Return a count with its noun: "1 day", "2 days"."""
    return f"{count} {word}{'' if count == 1 else 's'}"
