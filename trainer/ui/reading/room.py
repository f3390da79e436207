"""The reading room: the panes with their bar and their card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from trainer.knowledge.statement import Change, Mark
from trainer.ui.reading.audit import Audit
from trainer.ui.reading.card import Card
from trainer.ui.reading.hang import ordered
from trainer.ui.reading.keys import acts_of, bind_keys
from trainer.ui.reading.reader import Reader
from trainer.ui.reading.scan import Scan
from trainer.ui.reading.stage import Stage
from trainer.ui.reading.tool import FACES, POINTING, SCHEMES, Tool
from trainer.ui.reading.toolbar import Toolbar
from trainer.ui.reading.view import Name, other_kernel
from trainer.ui.shortcut import keys_of

if TYPE_CHECKING:
    from trainer.ui.reading.pictures import Pictures


class ReadingRoom(QWidget):
    """Shows the CTs of a patient and takes down what the reader sees.

    Parameters
    ----------
    pictures : Pictures
        Where pictures come from.
    parent : QWidget, optional

    Signals
    -------
    marks_changed
        `marks` or `changes` are others now.
    state_changed
        Other visits, slices or looks are on show.
    """

    marks_changed = Signal()
    state_changed = Signal()

    def __init__(self, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reading_room")
        self.setAccessibleName("Reading room")
        self._pictures = pictures
        self._tool = Tool.WINDOW
        self._scheme = SCHEMES["window"]
        self.reader = Reader(pictures, self)
        self.toolbar = Toolbar(self)
        self.stage = Stage(pictures, self.reader, self)
        self.card = Card(self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2, 0, 2, 0)
        whole.setSpacing(2)
        whole.addWidget(self.toolbar)
        whole.addWidget(self.stage, 1)
        whole.addWidget(self.card)
        self._acts: Mapping[str, Callable[[], None]] = acts_of(self)
        bind_keys(self._acts, [pane.canvas for pane in self.stage.panes], self)
        self._connect()
        self.card.set_signs(())
        self.take(Tool.WINDOW)
        self._show_state()
        self._show_card()

    def _connect(self) -> None:
        bar, card, stage = self.toolbar, self.card, self.stage
        bar.layout_asked.connect(stage.set_layout)
        bar.tool_taken.connect(self.take)
        bar.preset_asked.connect(stage.set_preset)
        bar.window_asked.connect(stage.set_window)
        bar.slab_asked.connect(stage.set_slab)
        bar.kernel_asked.connect(self.other_kernel)
        bar.asked.connect(self.do)
        bar.cine_asked.connect(stage.cine.run)
        bar.speed_asked.connect(stage.cine.set_speed)
        card.rated.connect(self.reader.rate)
        card.signed.connect(self.reader.name_sign)
        card.said.connect(self.reader.say)
        card.deleted.connect(self.reader.delete)
        card.cancelled.connect(self._cancel)
        card.left.connect(stage.focus_picture)
        stage.shown.connect(self._show_state)
        stage.said.connect(card.say)
        self.reader.marks_changed.connect(self.marks_changed)
        self.reader.changed.connect(self._show_card)
        self.reader.said.connect(card.say)
        self._pictures.progressed.connect(self._progressed)
        self._pictures.failed.connect(self._failed)
        self._pictures.ready_changed.connect(self._ready)

    # what the page says

    def set_scans(self, scans: Sequence[Scan], today: int) -> None:
        """Offer CTs; a new one is opened beside the one before. What was set down in one that has gone is forgotten.

        Parameters
        ----------
        scans : sequence of Scan
        today : int
            Day of the case.
        """
        self.reader.today = today
        gone = {scan.name for scan in self._pictures.scans} - {scan.name for scan in scans}
        if gone:  # the learner went back: another CT may come on that day
            self.reader.forget(gone)
            self.stage.watch.forget_scans(gone)
        self._pictures.set_scans(scans)
        names = ordered([scan.name for scan in scans])
        if self._pictures.ready and names != self.stage.views.names:
            self._ready()
        elif not self._pictures.ready:
            self.stage.open_scans(())

    def _ready(self) -> None:
        ready = self._pictures.ready
        self.toolbar.set_as_scanned(self._pictures.as_scanned)
        self.stage.missing = "No CT yet. Order one in the section Orders." if ready else "Waiting for the chest"
        self.stage.open_scans(ordered([scan.name for scan in self._pictures.scans]) if ready else ())

    def show_day(self, day: int) -> None:
        """Show the CT of a day in the active pane."""
        self.stage.show_visit(("", day))

    @property
    def shown_days(self) -> tuple[int, ...]:
        """Days of the visits on show."""
        views = self.stage.views
        return tuple(sorted({views.panes[n].scan[1] for n in views.visible if n < len(views.panes)}))

    def marks(self, day: int) -> tuple[Mark, ...]:
        """Return the marks in the CT of a day."""
        return self.reader.marks(day)

    def changes(self, day: int) -> dict[str, Change]:
        """Return what is said of single opacities in the read of a day, by their number in the series."""
        return self.reader.changes(day)

    def lock(self, day: int, marks: Sequence[Mark] = ()) -> None:
        """Let the marks of a day stand as they are: its read is signed.

        Parameters
        ----------
        day : int
        marks : sequence of Mark
            Those of the signed read; they are shown where the room has none of that day, as after a resumed run.
        """
        self.reader.lock(day, marks)

    def clear(self) -> None:
        """Forget all that was set down and seen: another patient."""
        self.reader.clear()
        self.stage.forget()

    def clear_marks_sign_choices(self, names: Sequence[tuple[str, str]]) -> None:
        """Offer these signs for marks, by identifier and name, instead of those before."""
        self.card.set_signs(names)

    def key_images(self) -> tuple[tuple[Name, int, str], ...]:
        """Return scan, slice and kernel of each key image."""
        return self.reader.book.sheet.key_images

    @property
    def audit(self) -> Audit:
        """How long each axial slice was on show until now, the window in use."""
        return self.stage.watch.audit

    def set_overlay(self, layers: Mapping[int, str] | None) -> None:
        """Outline opacities, by their number in the series with a name for each; None takes the outlines away."""
        self.stage.set_layers(layers)

    def set_linked_slices(self, linked: bool) -> None:
        """Scroll visits together, or each by itself."""
        self.stage.link(linked)

    def set_scheme(self, name: str) -> None:
        """Let the mouse's buttons do what a scheme of `trainer.ui.reading.tool.SCHEMES` says, and show the keys."""
        self.toolbar.show_keys()
        self._scheme = SCHEMES[name]
        for pane in self.stage.panes:
            pane.canvas.scheme = self._scheme
        self.take(self._scheme.left)

    # tools

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._tool

    def do(self, name: str) -> None:
        """Do what a shortcut of the viewer does."""
        self._acts[name]()

    def take(self, tool: Tool) -> None:
        """Take up a tool."""
        self._tool = tool
        self.reader.drop_pending()
        self.stage.take(tool)
        self.toolbar.show_tool(tool)
        self._hint()

    def _hint(self) -> None:
        face = FACES[self._tool]
        keys = f" By keys: Alt with arrows, then {keys_of(face.shortcut)}." if self._tool in POINTING else ""
        self.card.say(f"{face.title}. {face.hint}{keys}")

    def use(self, tool: Tool) -> None:
        """Take up a tool; take it up again to act with it at the crosshair."""
        if self._tool is not tool:
            self.take(tool)
            return
        before = self.reader.chosen
        self.stage.point_at_cursor(tool)
        if self.reader.chosen is not None and self.reader.chosen != before:
            self.card.focus_choice()

    def other_kernel(self) -> None:
        """Show the other kernel in the active pane, where there is one."""
        if self._pictures.as_scanned:
            self.card.say("An imported chest has but the kernel that it was scanned with.")
        else:
            self.stage.change(other_kernel)

    def put_away(self) -> None:
        """Put away, one after the other: a measurement begun, what is chosen, the tool, the crosshair."""
        if self.reader.drop_pending():
            self._hint()
        elif self.stage.cine.running:
            self.stage.cine.run(False)
        elif self.reader.chosen is not None:
            self.reader.choose(None)
        elif self._tool is not self._scheme.left:
            self.take(self._scheme.left)
        else:
            self.stage.drop_cursor()

    def next_mark(self) -> None:
        """Take the next mark in hand and show it."""
        found = self.reader.next_mark()
        if found is None:
            self.card.say("Nothing is marked yet.")
            return
        self.stage.show_place(found.scan, found.place)
        self.card.focus_choice()

    def keep_image(self) -> None:
        """Keep the slice of the active pane as a key image, or no longer."""
        frame = self.stage.canvas.frame
        if frame is not None and not self.stage.canvas.scene.waiting:
            self.reader.keep_image(frame)

    # what is shown of it

    def _show_state(self) -> None:
        views = self.stage.views
        state = views.current
        self.toolbar.show_layout(views.layout)
        self.toolbar.show_cine(self.stage.cine.running)
        kept = False
        if state is not None:
            self.toolbar.show_state(state)
            kept = state.plane == "axial" and (state.scan, state.index, state.kernel) in self.key_images()
        self.toolbar.show_flags(
            link=views.linked, cross_reference=self.stage.cuts, flicker=views.flickers is not None, key_image=kept
        )
        self.state_changed.emit()

    def _show_card(self) -> None:
        stack = self.reader.book.stack
        self.toolbar.show_undo(stack.undoText(), stack.redoText())
        mark, note = self.reader.chosen_mark, self.reader.chosen_note
        if mark is not None:
            self.card.show_mark(mark, self.reader.chosen_locked)
        elif note is not None:
            self.card.show_note(note, self.reader.chosen_locked)
        else:
            if self.card.isAncestorOf(self.focusWidget() or self):
                self.stage.focus_picture()
            self.card.show_nothing()

    def _progressed(self, share: float, text: str) -> None:
        self.card.show_progress(share, text)

    def _failed(self, text: str) -> None:
        self.card.say(text)
        if not self._pictures.ready:
            self.stage.missing = text
            self.stage.draw()

    def _cancel(self) -> None:
        if self._pictures.ready:
            self._pictures.cancel_whole()
        else:
            self._pictures.cancel_building()
            self.stage.missing = "The chest was not built"
            self.stage.draw()
