"""A figure as a frozen value: what is drawn, the numbers behind it, and how to read it. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trainer.records.spreadsheet import Column, Value, csv_file

SIMULATED: Final = "SIMULATED, for training; no measure of clinical competence"
NEUTRAL: Final = -1
"""Index of the colour of what is no series."""

_SIGNS: Final = {("o", True): "●", ("o", False): "○", ("d", True): "◆", ("s", True): "■"}


@dataclass(frozen=True)
class Axis:
    """An axis: what it measures, its ends, the names at 0, 1, 2 ... if it has names, and whether it only counts."""

    title: str
    low: float
    high: float
    names: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class Points:
    """Points of one kind; ``filled`` and the symbol tell them apart, never the colour alone.

    Parameters
    ----------
    label : str
        What they are, for the legend.
    x, y : tuple of float
    low, high : tuple of float
        Ends of each whisker; none if empty.
    across : bool
        Whether whiskers lie along x.
    symbol : str
        As pyqtgraph names them.
    series : int
        Index of the colour.
    filled : bool
    size : float
        Pixels.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    across: bool = False
    symbol: str = "o"
    series: int = 0
    filled: bool = True
    size: float = 8.0


@dataclass(frozen=True)
class Line:
    """A line through points, full or broken."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    series: int = 0
    broken: bool = False


@dataclass(frozen=True)
class Figure:
    """A figure.

    Parameters
    ----------
    id, title : str
    words : tuple of str
        What it says and cannot say, above it.
    columns : tuple of Column
    rows : tuple of tuple
        The numbers behind it; the first column names the row.
    x, y : Axis
    points : tuple of Points
    lines : tuple of Line
    """

    id: str
    title: str
    words: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...] = ()
    x: Axis = Axis("", 0.0, 1.0)
    y: Axis = Axis("", 0.0, 1.0)
    points: tuple[Points, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.points)

    @property
    def legend(self) -> tuple[str, ...]:
        """What each symbol and line is."""
        points = tuple(f"{_SIGNS[one.symbol, one.filled]} {one.label}" for one in self.points)
        return points + tuple(f"{'┄' if one.broken else '─'} {one.label}" for one in self.lines)

    def csv(self) -> bytes:
        """Return the numbers as CSV, in full precision, the last column saying what they are."""
        header = [*(column.name for column in self.columns), "note"]
        return csv_file(header, [(*row, "SIMULATED") for row in self.rows])

    @property
    def csv_columns(self) -> tuple[Column, ...]:
        """The columns of the file of numbers, with their meaning."""
        return (*self.columns, Column("note", "", SIMULATED))


def shown(value: Value, unit: str = "") -> str:
    """Return a value as a table shows it; more digits would look surer than it is."""
    if isinstance(value, float):
        return f"{value:.2f}" if unit == "0-1" else f"{value:.1f}"
    return "" if value is None else str(value)


def staggered(count: int, middle: float, reach: float = 0.28) -> tuple[float, ...]:
    """Return heights about the middle of a row, from the first case at the top to the last, so that none hides."""
    if count < 2:
        return (middle,) * count
    return tuple(middle - reach + 2 * reach * place / (count - 1) for place in range(count))


def enumerated(count: int, what: str) -> str:
    """Return a number of things in words: "1 case", "3 cases"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
