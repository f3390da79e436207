"""Orders: found by typing, queued, sent; what runs and what is due."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from trainer.encounter.event import CourseStarted, CourseStopped, TestOrdered
from trainer.encounter.order import Catalogue
from trainer.knowledge.orderset import OrderSet
from trainer.knowledge.plan import Course, Request
from trainer.ui.desk import Desk
from trainer.ui.step import order_words
from trainer.ui.step.dose_line import DoseLine
from trainer.ui.step.draft import Draft, Order, objection
from trainer.ui.step.section import SectionView, button, column, emptied, guarded, in_tab_order, label, scrolled
from trainer.ui.step.standing import Standing
from trainer.ui.step.typeahead import TypeAhead
from trainer.ui.step.wait_line import WaitLine


class OrderRow(QWidget):
    """A line with a badge and a button."""

    pressed = Signal(str)

    def __init__(self, key: str, text: str, badge: tuple[str, str], action: tuple[str, str] | None) -> None:
        super().__init__()
        self._key = key
        self.setObjectName(f"row_{key}")
        self.setAccessibleName(f"{text}, {badge[0]}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 1)
        layout.setSpacing(4)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(text))
        mark = label(badge[0], wrap=False)
        mark.setProperty("badge", badge[1])
        line = QHBoxLayout()
        line.addWidget(mark)
        line.addStretch(1)
        words.addLayout(line)
        layout.addLayout(words, 1)
        self.button: QPushButton | None = None
        if action is not None:
            self.button = button(action[0], f"{action[1]}_{key}")
            self.button.setAccessibleName(f"{action[0]} {text}")
            self.button.clicked.connect(self._press)
            layout.addWidget(self.button)

    def _press(self) -> None:
        self.pressed.emit(self._key)


class OrderSection(SectionView):
    """Queues orders; sending them is the panel's."""

    send_asked = Signal()

    def __init__(self) -> None:
        super().__init__("orders", "Orders")
        self._catalogue: Catalogue | None = None
        self._shown: tuple[object, ...] = ()
        self._day = -1
        self.search = TypeAhead("order_find", "Order a test or treatment: type its name", self._matches)
        self.search.chosen.connect(self._order)
        self.sets = QComboBox()
        self.sets.setObjectName("order_sets")
        self.sets.setAccessibleName("Order sets")
        self.sets.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sets.setMinimumContentsLength(8)
        guarded(self.sets)
        self.add_set = button("Queue the set", "order_set_add")
        self.add_set.clicked.connect(self._order_set)
        self.dose = DoseLine()
        self.dose.wanted.connect(self._give)
        self.dose.left.connect(self._leave_dose)
        self.wait = WaitLine()
        self.wait.wanted.connect(self._queue)
        self.wait.said.connect(self.said)
        self.send = button("Send orders", "send_orders", main=True, tip="Ctrl+Shift+Return")
        self.send.clicked.connect(self.send_asked)
        self._queue_box, self._queue_title = QVBoxLayout(), label(heading=True, name="order_queue_title")
        self._run_box, self._run_title = QVBoxLayout(), label("Running", heading=True)
        self._due_box, self._due_title = QVBoxLayout(), label("Results due", heading=True)
        inner = QWidget()
        body = column(inner)
        row = QHBoxLayout()
        row.addWidget(self.sets, 1)
        row.addWidget(self.add_set)
        body.addWidget(self.search)
        body.addLayout(row)
        for title, box in (
            (self._queue_title, self._queue_box), (self._run_title, self._run_box), (self._due_title, self._due_box),
        ):  # fmt: skip
            box.setSpacing(2)
            body.addWidget(title)
            body.addLayout(box)
        body.addWidget(self.wait)
        body.addStretch(1)
        lines = QWidget()
        whole = column(lines, 0)
        whole.addWidget(scrolled(inner, "order_area"), 1)
        whole.addWidget(self.send)
        self.pages = QStackedWidget()
        self.pages.addWidget(lines)
        self.pages.addWidget(self.dose)
        column(self, 0).addWidget(self.pages)

    def start(self) -> QWidget:
        """Return the line in which an order is looked for."""
        return self.dose.line if self.pages.currentWidget() is self.dose else self.search.line

    def _leave_dose(self) -> None:
        self.pages.setCurrentIndex(0)
        self.search.line.setFocus()

    def refresh(self, desk: Desk, standing: Standing, draft: Draft, /) -> None:
        """Show the queue, what runs and what is due."""
        library = desk.session.engine.library
        if self._catalogue is None:
            self._catalogue = Catalogue(library.tests, library.treatments)
            self._show_sets(list(library.order_sets.values()))
        self.wait.show_standing(standing)
        self.setEnabled(not standing.over)
        count = len(draft.orders)
        self.send.setEnabled(count > 0)
        self.send.setText(f"Send {count} order{'' if count == 1 else 's'}" if count else "Send orders")
        shown = (draft.orders, standing.running, standing.pending, standing.day)
        if shown == self._shown:
            return
        if standing.day != self._day:
            self._day = standing.day
            self.pages.setCurrentIndex(0)
        self._shown = shown
        self._queue_title.setText("Queued" if count else "Nothing is queued")
        queued = [
            (str(i), order_words.in_words(o, library), _badge(o, desk), ("Remove", "unqueue"))
            for i, o in enumerate(draft.orders)
        ]
        running = [
            (one.give, f"{one.name}, {one.dose}", (f"running until day {one.ends - 1}", "good"), ("Stop", "stop"))
            for one in standing.running
        ]
        due = [(f"due_{i}", name, (f"result due day {day}", "true"), None) for i, (day, name) in
               enumerate(standing.pending)]  # fmt: skip
        keyed = self._fill(self._queue_box, queued) + self._fill(self._run_box, running)
        self._fill(self._due_box, due)
        in_tab_order(self.add_set, *keyed, self.wait.back)
        self._run_title.setVisible(bool(running))
        self._due_title.setVisible(bool(due))

    def _show_sets(self, sets: Sequence[OrderSet]) -> None:
        self.sets.addItem("Order sets: choose one", "")
        for one in sorted((one for one in sets if one.kind == "set"), key=lambda one: one.title):
            self.sets.addItem(one.title, one.id)
            source = order_words.source_words(one)
            self.sets.setItemData(self.sets.count() - 1, source, Qt.ItemDataRole.ToolTipRole)
        self.dose.show_templates([one for one in sets if one.kind == "course"])

    def _fill(
        self,
        box: QVBoxLayout,
        rows: Sequence[tuple[str, str, tuple[str, str], tuple[str, str] | None]],
    ) -> list[QWidget]:
        keyed: list[QWidget] = []
        emptied(box)
        for key, text, badge, action in rows:
            row = OrderRow(key, text, badge, action)
            if action is not None:
                row.pressed.connect(self._unqueue if action[1] == "unqueue" else self._stop)
            box.addWidget(row)
            keyed += [row.button] if row.button is not None else []
        return keyed

    def _matches(self, typed: str) -> list[tuple[str, str]]:
        found = self._catalogue.find(typed) if self._catalogue is not None else []
        return [
            (one.id, one.name if one.word.lower() == one.name.lower() else f"{one.name} ({one.word})") for one in found
        ]

    def _order(self, identifier: str, typed: str) -> None:
        if self.desk is None or self.standing is None:
            return
        library = self.desk.session.engine.library
        if identifier in library.tests:
            self._queue(TestOrdered(request=Request(test=identifier, day=self.draft.day), typed=typed))
        else:
            self.pages.setCurrentWidget(self.dose)
            self.dose.open_for(library.treatments[identifier], self.standing, typed)

    def _give(self, course: Course, typed: str) -> None:
        if self._queue(CourseStarted(course=course, typed=typed[:200])):
            self._leave_dose()

    def _order_set(self) -> None:
        if self.desk is None or not self.sets.currentData():
            self.said.emit("Choose an order set first.")
            return
        chosen = self.desk.session.engine.library.order_sets[str(self.sets.currentData())]
        day = self.draft.day
        wanted: list[Order] = [TestOrdered(request=Request(test=name, day=day)) for name in chosen.tests]
        wanted += [CourseStarted(course=Course(give=one.give, day=day, steps=one.steps)) for one in chosen.treatments]
        made, left = self.draft, []
        for order in wanted:
            if order in made.orders:
                continue
            reason = objection(made, order, self.desk.session)
            if reason is None:
                made = made.queued(order)
            else:
                left.append(reason)
        self.sets.setCurrentIndex(0)
        self.edited.emit(made)
        if left:
            self.said.emit(f"Left out of the set: {'; '.join(left)}.")

    def _queue(self, order: Order) -> bool:
        assert self.desk is not None
        reason = objection(self.draft, order, self.desk.session)
        if reason is not None:
            self.said.emit(f"Not queued: {reason}.")
            return False
        self.edited.emit(self.draft.queued(order))
        return True

    def _unqueue(self, key: str) -> None:
        self.edited.emit(self.draft.unqueued(int(key)))

    def _stop(self, give: str) -> None:
        self._queue(CourseStopped(give=give, day=self.draft.day))


def _badge(order: Order, desk: Desk) -> tuple[str, str]:
    due = order_words.result_words(order, desk.session.engine.library)
    return f"not yet running{f'; {due}' if due else ''}", "warn"
