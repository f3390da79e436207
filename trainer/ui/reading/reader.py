"""What a reader does at places of the pictures: marks, changes, distances, regions; and what is in hand."""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from trainer.knowledge.statement import MOST_MARKS, Change, Mark
from trainer.ui.reading import marks
from trainer.ui.reading.marks import Note, Placed
from trainer.ui.reading.measure import Distance, Region
from trainer.ui.reading.scan import Frame
from trainer.ui.reading.scene import Dot
from trainer.ui.reading.tool import Tool
from trainer.ui.reading.undo import Book
from trainer.ui.reading.view import Name, Place

if TYPE_CHECKING:
    from trainer.ui.reading.pictures import Pictures

_SIGNED = "The read of this visit is signed: its marks stay as they are."


class Reader(QObject):
    """Keeps marks and measurements, and lets them be made, chosen, changed and taken back.

    Signals
    -------
    changed
        Something is drawn or offered otherwise now.
    marks_changed
        What is handed to the step panel is another.
    said : str
        A line for the reader.
    """

    changed = Signal()
    marks_changed = Signal()
    said = Signal(str)

    def __init__(self, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self.book = Book(self)
        self.chosen: int | None = None
        self.pending: tuple[Frame, Place] | None = None
        self.locked: set[int] = set()
        self.today = 0
        self._labels: dict[int, int | None] = {}
        self.book.changed.connect(self._turned)

    def _turned(self) -> None:
        sheet = self.book.sheet
        if self.chosen is not None and sheet.mark(self.chosen) is None and sheet.note(self.chosen) is None:
            self.chosen = None
        self.changed.emit()
        self.marks_changed.emit()

    # what is handed on

    def marks(self, day: int) -> tuple[Mark, ...]:
        """Return the marks in the CT of a day."""
        return self.book.sheet.of_day(day)

    def changes(self, day: int) -> dict[str, Change]:
        """Return what is said of single opacities in the read of a day."""
        return marks.changes(self.book.sheet, day, self._labels)

    def lock(self, day: int, signed: Sequence[Mark] = ()) -> None:
        """Keep what was set down for a day as it is; what was done before can no longer be taken back.

        Parameters
        ----------
        day : int
        signed : sequence of Mark
            Set down where there is nothing of that day.
        """
        if day not in self.locked:
            self.locked.add(day)
            self.book.stack.clear()
            if signed and not self.marks(day):
                self.book.turn(marks.restored(self.book.sheet, day, signed))
            else:
                self.changed.emit()

    def forget(self, scans: Set[Name]) -> None:
        """Forget what was set down in scans that are there no more, signed or not."""
        self.locked -= {day for course, day in scans if not course}
        self.pending = None
        self.book.stack.clear()
        self.book.turn(marks.forgotten(self.book.sheet, scans))

    def clear(self) -> None:
        """Forget everything: another patient."""
        self.book.stack.clear()
        self.locked.clear()
        self._labels.clear()
        self.chosen, self.pending = None, None
        self.book.turn(marks.Jotting())

    @property
    def chosen_mark(self) -> Placed | None:
        """The mark in hand."""
        return None if self.chosen is None else self.book.sheet.mark(self.chosen)

    @property
    def chosen_note(self) -> Note | None:
        """The opacity in hand."""
        return None if self.chosen is None else self.book.sheet.note(self.chosen)

    @property
    def chosen_locked(self) -> bool:
        """Whether what is in hand belongs to a signed read."""
        here = self.chosen_mark or self.chosen_note
        return here is not None and here.day in self.locked

    # what the reader does

    def choose(self, which: int | None) -> None:
        """Take a mark or an opacity in hand."""
        if which != self.chosen:
            self.chosen = which
            self.changed.emit()

    def point(self, tool: Tool, frame: Frame, row: float, column: float, near: Dot | None) -> None:
        """Act with a tool at a place of a frame.

        Parameters
        ----------
        tool : Tool
        frame : Frame
        row, column : float
        near : Dot or None
            What is there already: it is taken in hand instead of another being set on top of it.
        """
        if near is not None and tool not in {Tool.DISTANCE, Tool.REGION}:
            self.choose(near.id)
        elif tool is Tool.MARK:
            self._mark(frame, row, column)
        elif tool is Tool.CHANGE:
            self._note(frame, row, column)
        elif tool in {Tool.DISTANCE, Tool.REGION}:
            self._measure_point(tool, frame, row, column)
        else:
            self.choose(None)

    def _mark(self, frame: Frame, row: float, column: float) -> None:
        course, day = frame.ask.scan
        if course or day in self.locked:
            self.said.emit(_SIGNED if not course else "Only the CTs of the patient are marked.")
            return
        sheet = marks.marked(self.book.sheet, day, frame.place_mm(row, column))
        if sheet is None:
            self.said.emit(f"A read holds {MOST_MARKS} marks at most.")
            return
        self.chosen = self.book.sheet.next_id
        self.book.write("mark", sheet)

    def _note(self, frame: Frame, row: float, column: float) -> None:
        course, _ = frame.ask.scan
        days = sorted(scan.day for scan in self._pictures.scans if not scan.course)
        if course or len(days) < 2:
            self.said.emit("A change is read between two CTs of the patient; there is one so far.")
            return
        if days[-1] in self.locked:
            self.said.emit(_SIGNED)
            return
        place = frame.place_mm(row, column)
        which = self.chosen = self.book.sheet.next_id
        self.book.write("opacity", marks.noted(self.book.sheet, days[-1], frame.ask.scan, place))
        # Which opacity it is is never shown: a place without one looks the same as a place with one.
        self._pictures.opacity_at(frame.ask.scan, place, partial(self._labelled, which))

    def _labelled(self, which: int, label: int | None) -> None:
        self._labels[which] = label
        note = self.book.sheet.note(which)
        if note is not None and note.change is not None:
            self.marks_changed.emit()

    def _measure_point(self, tool: Tool, frame: Frame, row: float, column: float) -> None:
        place = frame.place_mm(row, column)
        pending, self.pending = self.pending, None
        if pending is None or pending[0].ask != frame.ask:
            self.pending = frame, place
            self.said.emit("Now the other end." if tool is Tool.DISTANCE else "Now the opposite corner.")
            self.changed.emit()
            return
        self._measure(tool, frame, pending[1], place)

    def span(self, tool: Tool, frame: Frame, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Measure from one row and column to another."""
        self._measure(tool, frame, frame.place_mm(*start), frame.place_mm(*end))

    def _measure(self, tool: Tool, frame: Frame, start: Place, end: Place) -> None:
        kind = Distance if tool is Tool.DISTANCE else Region
        self.pending = None
        made = kind(frame.ask.scan, frame.ask.plane, start, end)
        self.book.write("distance" if tool is Tool.DISTANCE else "region", marks.measured(self.book.sheet, made))

    def drop_pending(self) -> bool:
        """Forget the first end of a measurement; return whether there was one."""
        had, self.pending = self.pending is not None, None
        if had:
            self.changed.emit()
        return had

    def rate(self, rating: int) -> None:
        """Say how sure the mark in hand is, 1 to 4."""
        if self.chosen_mark is not None and not self.chosen_locked:
            self.book.write("confidence", marks.rated(self.book.sheet, self.chosen_mark.id, rating))

    def name_sign(self, sign: str | None) -> None:
        """Say which sign the mark in hand is."""
        if self.chosen_mark is not None and not self.chosen_locked:
            self.book.write("sign", marks.named(self.book.sheet, self.chosen_mark.id, sign))

    def say(self, change: Change) -> None:
        """Say what became of the opacity in hand."""
        if self.chosen_note is not None and not self.chosen_locked:
            self.book.write("change", marks.said(self.book.sheet, self.chosen_note.id, change))

    def delete(self) -> None:
        """Take away what is in hand; without anything in hand, the last measurement."""
        if self.chosen is not None and not self.chosen_locked:
            self.book.write("deletion", marks.without(self.book.sheet, self.chosen))
        elif self.chosen is None and self.book.sheet.measures:
            self.book.write("deletion", marks.unmeasured(self.book.sheet))

    def keep_image(self, frame: Frame) -> None:
        """Keep a slice as a key image, or no longer."""
        if frame.ask.plane != "axial":
            self.said.emit("Key images are axial slices.")
            return
        image = frame.ask.scan, frame.ask.index, frame.ask.kernel
        self.book.write("key image", marks.kept(self.book.sheet, image))

    def next_mark(self) -> Placed | Note | None:
        """Take the next mark or opacity in hand, by its number, and return it."""
        sheet = self.book.sheet
        every: list[Placed | Note] = [*sheet.marks, *sheet.notes]
        every.sort(key=lambda one: one.id)
        if not every:
            return None
        following = next((one for one in every if self.chosen is not None and one.id > self.chosen), every[0])
        self.choose(following.id)
        return following
