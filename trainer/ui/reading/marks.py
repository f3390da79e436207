"""What a reader has set down on the pictures: marks, changes, measurements, key images. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from trainer.knowledge.statement import MOST_MARKS, Change, Mark
from trainer.ui.reading.measure import Measure
from trainer.ui.reading.view import Name, Place

RATINGS: Final = ("unsure", "possible", "probable", "certain")


@dataclass(frozen=True)
class Placed:
    """A mark in the CT of a day."""

    id: int
    day: int
    mark: Mark

    @property
    def scan(self) -> Name:
        """The CT that it is in."""
        return "", self.day

    @property
    def place(self) -> Place:
        """Where it is, (z, y, x)."""
        return self.mark.z_mm, self.mark.y_mm, self.mark.x_mm


@dataclass(frozen=True)
class Note:
    """What became of an opacity, stated at a place of one visit.

    Parameters
    ----------
    id : int
    day : int
        Of the read that states it.
    scan : tuple
        In which visit the place was chosen.
    place : tuple of float
    change : str or None
        None while it is not yet said.
    """

    id: int
    day: int
    scan: Name
    place: Place
    change: Change | None = None


@dataclass(frozen=True)
class Jotting:
    """All that is set down; every change makes another one, so that it can be taken back.

    Parameters
    ----------
    marks : tuple of Placed
    notes : tuple of Note
    measures : tuple
    key_images : tuple
        Scan, slice and kernel of each.
    next_id : int
    """

    marks: tuple[Placed, ...] = ()
    notes: tuple[Note, ...] = ()
    measures: tuple[Measure, ...] = ()
    key_images: tuple[tuple[Name, int, str], ...] = ()
    next_id: int = 1

    def mark(self, which: int) -> Placed | None:
        """Return a mark by its number."""
        return next((m for m in self.marks if m.id == which), None)

    def note(self, which: int) -> Note | None:
        """Return a note by its number."""
        return next((n for n in self.notes if n.id == which), None)

    def of_day(self, day: int) -> tuple[Mark, ...]:
        """Return the marks of a day's CT."""
        return tuple(m.mark for m in self.marks if m.day == day)


def marked(sheet: Jotting, day: int, place: Place) -> Jotting | None:
    """Return the jotting with one more mark, "probable" and without a sign; None where there are as many as may be."""
    if len(sheet.of_day(day)) >= MOST_MARKS:
        return None
    z, y, x = place
    placed = Placed(sheet.next_id, day, Mark(z_mm=z, y_mm=y, x_mm=x, rating=3))
    return replace(sheet, marks=(*sheet.marks, placed), next_id=sheet.next_id + 1)


def restored(sheet: Jotting, day: int, found: Sequence[Mark]) -> Jotting:
    """Return the jotting with the marks of a read."""
    placed = tuple(Placed(sheet.next_id + n, day, mark) for n, mark in enumerate(found))
    return replace(sheet, marks=(*sheet.marks, *placed), next_id=sheet.next_id + len(placed))


def rated(sheet: Jotting, which: int, rating: int) -> Jotting:
    """Return the jotting with a mark rated 1 to 4."""
    return _with_mark(sheet, which, {"rating": rating})


def named(sheet: Jotting, which: int, sign: str | None) -> Jotting:
    """Return the jotting with a mark's sign, or without one."""
    return _with_mark(sheet, which, {"sign": sign})


def moved(sheet: Jotting, which: int, place: Place) -> Jotting:
    """Return the jotting with a mark at another place."""
    return _with_mark(sheet, which, {"z_mm": place[0], "y_mm": place[1], "x_mm": place[2]})


def _with_mark(sheet: Jotting, which: int, update: Mapping[str, object]) -> Jotting:
    def changed(placed: Placed) -> Placed:
        if placed.id != which:
            return placed
        return replace(placed, mark=Mark.model_validate({**placed.mark.model_dump(), **update}))

    return replace(sheet, marks=tuple(changed(m) for m in sheet.marks))


def noted(sheet: Jotting, day: int, scan: Name, place: Place) -> Jotting:
    """Return the jotting with an opacity pointed at whose change is to be said."""
    return replace(sheet, notes=(*sheet.notes, Note(sheet.next_id, day, scan, place)), next_id=sheet.next_id + 1)


def said(sheet: Jotting, which: int, change: Change) -> Jotting:
    """Return the jotting with what became of an opacity."""
    return replace(sheet, notes=tuple(replace(n, change=change) if n.id == which else n for n in sheet.notes))


def without(sheet: Jotting, which: int) -> Jotting:
    """Return the jotting without a mark or a note."""
    return replace(
        sheet,
        marks=tuple(m for m in sheet.marks if m.id != which),
        notes=tuple(n for n in sheet.notes if n.id != which),
    )


def forgotten(sheet: Jotting, scans: Set[Name]) -> Jotting:
    """Return the jotting without what lies in some scans, and without what the reads of them say."""
    return replace(
        sheet,
        marks=tuple(m for m in sheet.marks if m.scan not in scans),
        notes=tuple(n for n in sheet.notes if n.scan not in scans and ("", n.day) not in scans),
        measures=tuple(m for m in sheet.measures if m.scan not in scans),
        key_images=tuple(k for k in sheet.key_images if k[0] not in scans),
    )


def measured(sheet: Jotting, measure: Measure) -> Jotting:
    """Return the jotting with one more measurement."""
    return replace(sheet, measures=(*sheet.measures, measure))


def unmeasured(sheet: Jotting) -> Jotting:
    """Return the jotting without the last measurement."""
    return replace(sheet, measures=sheet.measures[:-1])


def kept(sheet: Jotting, image: tuple[Name, int, str]) -> Jotting:
    """Return the jotting with a key image more, or without it where it was kept already."""
    if image in sheet.key_images:
        return replace(sheet, key_images=tuple(k for k in sheet.key_images if k != image))
    return replace(sheet, key_images=(*sheet.key_images, image))


def changes(sheet: Jotting, day: int, labels: Mapping[int, int | None]) -> dict[str, Change]:
    """Return what was said of single opacities in the read of a day, by their number in the series.

    What was pointed at where there is no opacity is left out; the last word on an opacity counts.

    Parameters
    ----------
    labels : mapping
        Number of the opacity under each note, as far as it is known.
    """
    found: dict[str, Change] = {}
    for note in sheet.notes:
        label = labels.get(note.id)
        if note.day == day and note.change is not None and label is not None:
            found[str(label)] = note.change
    return found
