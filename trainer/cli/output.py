"""What commands write: results on standard output, progress and announcements on standard error."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

Tell = Callable[[float], None]
_LONGEST_LINE = 500


def _say_nothing(_: float) -> None:
    """Take a share of work done and show nothing."""


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    json.dump(value, sys.stdout, indent=1, default=_plain)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Print rows of text in columns; those that hold numbers stand to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    for row in (header, *rows):
        cells = [
            c.rjust(w) if _is_number(rows, i) else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def _is_number(rows: Sequence[Sequence[str]], column: int) -> bool:
    return bool(rows) and all(not row[column] or row[column][0] in "-0123456789" for row in rows)


def one_line(text: str) -> str:
    """Return a complaint as one line of bounded length; what it quotes may even hold orders to a terminal."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return plain if len(plain) <= _LONGEST_LINE else f"{plain[:250]} ... {plain[255 - _LONGEST_LINE :]}"


def complain(text: str) -> None:
    """Say in one line on standard error what is wrong."""
    announce(f"atoll: {one_line(text)}")


def announce(text: str) -> None:
    """Say something on standard error."""
    with suppress(OSError):  # nobody can be told that standard error cannot be written
        print(text, file=sys.stderr, flush=True)


@contextmanager
def progress(title: str) -> Iterator[Tell]:
    """Show a bar on standard error while work goes on, if that is a terminal; the work tells the share done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _say_nothing
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def csv_bytes(columns: Mapping[str, Sequence[Any]] | Mapping[str, np.ndarray]) -> bytes:
    """Return columns as CSV; empty where a number is not applicable."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_cell(v) for v in values] for values in columns.values()), strict=True))
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            return ""
        return f"{value:.6g}"
    return str(value)
