"""The rows of the ribbon: how tall each is, and how tall the ribbon must be to hold them. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VISIT_ROW: Final = 28  # px: a button of 24 and its margins
DRUG_ROWS: Final = 2
LEAST_HEIGHT: Final = 150  # px, at the usual size of text
_DOSE_LINES, _DRUG_LINES, _LANE_LINES, _PLOT_LINES = 1.9, 0.95, 1.15, 2.4  # heights in lines of small text
_DOSE_SHARE = 0.25  # of what height there is beyond the least


@dataclass(frozen=True)
class Rows:
    """Top and height of each row, in pixels."""

    events: tuple[float, float]
    doses: tuple[float, float]
    drugs: tuple[float, float]
    plots: tuple[float, float]
    axis: tuple[float, float]


def least_height(line: float, lanes: int) -> int:
    """Return the height that a ribbon needs.

    Parameters
    ----------
    line : float
        Height of a line of its text, in pixels.
    lanes : int
        Quantities that are plotted, one under the other.
    """
    plots = max(_PLOT_LINES, _LANE_LINES * lanes) * line
    return max(LEAST_HEIGHT, round(sum(_fixed(line, DRUG_ROWS)) + VISIT_ROW + plots + 1))


def rows_of(height: float, line: float, drug_rows: int, lanes: int) -> Rows:
    """Return the rows of a ribbon.

    Parameters
    ----------
    height : float
    line : float
        As in `least_height`.
    drug_rows : int
        Rows that the drugs fill, at most `DRUG_ROWS` of which are shown.
    lanes : int
    """
    events, doses, drugs, axis = _fixed(line, min(DRUG_ROWS, drug_rows))
    doses += _DOSE_SHARE * max(0.0, height - least_height(line, lanes))
    plots = max(0.0, height - VISIT_ROW - events - doses - drugs - axis - 1)
    top, found = float(VISIT_ROW), []
    for tall in (events, doses, drugs, plots, axis):
        found.append((top, tall))
        top += tall
    return Rows(*found)


def _fixed(line: float, drug_rows: int) -> tuple[float, float, float, float]:
    """Return the heights of events, doses, drugs and axis."""
    return max(15.0, line), _DOSE_LINES * line, drug_rows * _DRUG_LINES * line, line + 1
