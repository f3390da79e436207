"""What is written over a picture: pure functions of what is shown. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from trainer.ui.reading.scan import Frame
from trainer.ui.reading.view import SLABS, Name, Place, ViewState, signed

SIMULATED: Final = "SIMULATED, not for diagnosis"
_DAY_ZERO: Final = date(2001, 1, 1)  # the fictional calendar of the DICOM files
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AXIS: Final = {"axial": "z", "coronal": "y", "sagittal": "x"}
_SIDES: Final = (("F", "H"), ("A", "P"), ("R", "L"))  # along z, y and x, against and with the axis


def date_text(day: int) -> str:
    """Return the fictional date of a day: "15 Jan 2001", the same in every language."""
    there = _DAY_ZERO + timedelta(days=day)
    return f"{there.day} {_MONTHS[there.month - 1]} {there.year}"


def visit_text(name: Name) -> str:
    """Return a visit as a pane names it: day, date, and whose course it is where it is not the learner's."""
    course, day = name
    return f"Day {day} · {date_text(day)}" + (f" · {course}" if course else "")


def _toward(step_mm: Place) -> tuple[str, str]:
    """Return the letters against and along a step."""
    axis = max(range(3), key=lambda n: abs(step_mm[n]))
    against, along = _SIDES[axis]
    return (against, along) if step_mm[axis] >= 0.0 else (along, against)


def letters(frame: Frame) -> tuple[str, str, str, str]:
    """Return what lies left, right, above and below: R, L, A, P, H, F."""
    left, right = _toward(frame.across_mm)
    above, below = _toward(frame.down_mm)
    return left, right, above, below


@dataclass(frozen=True)
class Corners:
    """Lines of text in the corners of a pane, from its edge inwards."""

    top_left: tuple[str, ...]
    top_right: tuple[str, ...]
    bottom_left: tuple[str, ...]
    bottom_right: tuple[str, ...]


def role_text(name: Name, names: Sequence[Name]) -> str:
    """Return which of the visits this is: "current", "prior", or "" for others.

    Parameters
    ----------
    names : sequence
        All visits there are, in order of their days.
    """
    own = [other for other in names if other[0] == name[0]]
    if len(own) < 2 or name not in own:
        return "only CT" if own == [name] else ""
    return {len(own) - 1: "current", len(own) - 2: "prior"}.get(own.index(name), "older")


def slab_text(state: ViewState, thickness_mm: float) -> str:
    """Return how thick the picture is, and what it is made of."""
    if state.slab_mm == 0.0:
        return f"{thickness_mm:g} mm"
    return f"{dict(SLABS)[state.slab]} {state.slab_mm:g} mm"


def corners(
    state: ViewState,
    *,
    count: int,
    position_mm: float,
    spacing_mm: float,
    thickness_mm: float,
    kernel: str,
    role: str = "",
    shown: int | None = None,
    key_image: bool = False,
    complete: bool = True,
) -> Corners:
    """Return what is written in the corners.

    Parameters
    ----------
    state : ViewState
    count : int
        Slices of the plane.
    position_mm : float
        Of the slice along its axis.
    spacing_mm : float
        From this slice to the next.
    thickness_mm : float
        Of an axial slice.
    kernel : str
        How the picture was reconstructed, in words.
    role : str
        `role_text`.
    shown : int, optional
        Slice that stands in while this one is drawn.
    key_image : bool
        Whether it has been kept.
    complete : bool
        Whether all slices that the picture goes through are drawn.
    """
    where = f"{_AXIS[state.plane]} {signed(position_mm)} mm · slice {state.index + 1}/{count}"
    if shown is not None and shown != state.index:
        where += f" · slice {shown + 1} stands in"
    flags = (("key image",) if key_image else ()) + (() if complete else ("slices are still being drawn",))
    thick_mm = float(f"{spacing_mm:.3g}") if state.plane != "axial" else thickness_mm
    greys = " · inverted" if state.inverted else ""
    return Corners(
        (visit_text(state.scan), *((role,) if role else ())),
        (
            f"{state.plane.capitalize()} · {kernel}",
            f"L {signed(state.level_hu)}  W {state.width_hu:.0f}{greys}",
            *flags,
        ),
        (where, f"{slab_text(state, thick_mm)} every {spacing_mm:.3g} mm"),
        (f"zoom {state.zoom:.2f}×",),
    )


def spoken(corner: Corners, waiting: bool) -> str:
    """Return what a pane shows, for those who hear it."""
    parts = [*corner.top_left, *corner.top_right, *corner.bottom_left, *corner.bottom_right, SIMULATED]
    return ", ".join(parts) + (", being drawn" if waiting else "")
