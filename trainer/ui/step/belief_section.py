"""The differential in twenty tokens of 5 %."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QSpinBox, QToolButton, QWidget

from trainer.knowledge.statement import TOKENS
from trainer.ui.desk import Desk
from trainer.ui.step.differential import Differential
from trainer.ui.step.draft import Draft
from trainer.ui.step.finder import DiseaseFinder
from trainer.ui.step.section import SectionView, button, column, emptied, guarded, in_tab_order, label, scrolled
from trainer.ui.step.standing import Standing
from trainer.ui.step.typeahead import TypeAhead
from trainer.ui.theme import colours

_PERCENT = 100 // TOKENS


class TokenLine(QWidget):
    """Twenty places; those that are taken are filled."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self.setFixedHeight(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_count(self, count: int) -> None:
        """Show how many are taken."""
        self._count = count
        self.setAccessibleDescription(f"{count} of {TOKENS} tokens")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the places."""
        c = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pitch = min((self.width() - 2) / TOKENS, 15.0)
        for place in range(TOKENS):
            box = QRectF(1.0 + place * pitch, 1.0, pitch - 3.0, 10.0)
            painter.setPen(QPen(QColor(c.accent if place < self._count else c.line), 1.0))
            painter.setBrush(QColor(c.accent) if place < self._count else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3.0, 3.0)
        painter.end()


class TokenBox(QSpinBox):
    """Tokens of one disease: typed, or moved with + and -, arrows and wheel."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(0, TOKENS)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setKeyboardTracking(False)
        self.setProperty("small", True)
        self.setMinimumSize(44, 28)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Let + and - move a token."""
        if event.text() in {"+", "-"}:
            self.stepBy(1 if event.text() == "+" else -1)
            return
        super().keyPressEvent(event)


class DiseaseRow(QWidget):
    """A disease and its tokens."""

    wanted = Signal(str, int)
    dropped = Signal(str)

    def __init__(self, identifier: str, name: str) -> None:
        super().__init__()
        self.identifier = identifier
        self.setObjectName(f"belief_{identifier}")
        self.name = label(name)
        self.box = TokenBox()
        self.box.setObjectName(f"tokens_{identifier}")
        self.box.setAccessibleName(f"Tokens on {name}")
        self.name.setBuddy(self.box)
        guarded(self.box)
        self.box.valueChanged.connect(self._changed)
        self.less = self._tool("\N{MINUS SIGN}", f"less_{identifier}", f"One token less on {name}")
        self.more = self._tool("+", f"more_{identifier}", f"One token more on {name}")
        self.drop = self._tool("\N{MULTIPLICATION SIGN}", f"drop_{identifier}", f"Take {name} out")
        self.less.clicked.connect(self._one_less)
        self.more.clicked.connect(self._one_more)
        self.drop.clicked.connect(self._drop)
        self.percent = label(wrap=False, dim=True)
        self.percent.setMinimumWidth(self.percent.fontMetrics().horizontalAdvance("100 %") + 2)
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.line = TokenLine()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(3)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.name, 0, 0)
        for place, widget in enumerate((self.less, self.box, self.more, self.percent, self.drop), 1):
            grid.addWidget(widget, 0, place)
        grid.addWidget(self.line, 1, 0, 1, 6)
        grid.setColumnStretch(0, 1)

    @staticmethod
    def _tool(name: str, object_name: str, said: str) -> QToolButton:
        made = QToolButton()
        made.setText(name)
        made.setObjectName(object_name)
        made.setAccessibleName(said)
        made.setToolTip(said)
        made.setMinimumSize(28, 28)
        made.setAutoRepeat(True)
        made.setProperty("small", True)
        return made

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """What the keyboard goes through."""
        return (self.less, self.box, self.more, self.drop)

    def show_count(self, count: int, locked: bool) -> None:
        """Show the tokens."""
        self.box.blockSignals(True)
        self.box.setValue(count)
        self.box.blockSignals(False)
        self.percent.setText(f"{count * _PERCENT} %")
        self.line.show_count(count)
        for widget in (self.box, self.less, self.more):
            widget.setEnabled(not locked)
        self.drop.setVisible(not locked)

    def _changed(self, count: int) -> None:
        self.wanted.emit(self.identifier, count)

    def _one_less(self) -> None:
        self.wanted.emit(self.identifier, self.box.value() - 1)

    def _one_more(self) -> None:
        self.wanted.emit(self.identifier, self.box.value() + 1)

    def _drop(self) -> None:
        self.dropped.emit(self.identifier)


class BeliefSection(SectionView):
    """Names diseases and moves tokens."""

    def __init__(self) -> None:
        super().__init__("differential", "Differential")
        self._finder: DiseaseFinder | None = None
        self._rows: dict[str, DiseaseRow] = {}
        self.search = TypeAhead("disease_find", "Add a disease: type its name", self._matches)
        self.search.chosen.connect(self._add)
        self.told = label(name="belief_told", dim=True)
        self.rest = label(name="belief_rest", heading=True)
        self.rest_line = TokenLine()
        self.rest_line.setObjectName("belief_rest_tokens")
        self.rest_line.setAccessibleName("Tokens left")
        self.again = button("As last time", "belief_as_last_time")
        self.again.clicked.connect(self._as_before)
        self.fill = button("Rest to 'other'", "belief_fill")
        self.fill.clicked.connect(self._fill)
        buttons = QHBoxLayout()
        buttons.addWidget(self.again)
        buttons.addWidget(self.fill)
        buttons.addStretch(1)
        inner = QWidget()
        self._list = column(inner)
        self.area = scrolled(inner, "belief_area")
        whole = column(self, 0)
        whole.addWidget(self.told)
        whole.addWidget(self.search)
        whole.addWidget(self.rest)
        whole.addWidget(self.rest_line)
        whole.addLayout(buttons)
        whole.addWidget(self.area, 1)

    def start(self) -> QWidget:
        """Return the line in which a disease is looked for."""
        return self.search.line

    def _matches(self, typed: str) -> list[tuple[str, str]]:
        return self._finder.find(typed) if self._finder is not None else []

    def refresh(self, desk: Desk, standing: Standing, draft: Draft, /) -> None:
        """Show the tokens, or what is committed."""
        if self._finder is None:
            self._finder = DiseaseFinder(desk.session.engine.library.diseases)
        locked = standing.belief is not None or standing.over
        shown = Differential.of(standing.belief.shares) if standing.belief is not None else draft.differential
        self.search.setVisible(not locked)
        self.fill.setVisible(not locked and shown.rest > 0)
        self.again.setVisible(not locked and standing.before is not None and not shown.tokens)
        self.rest.setText("Committed" if standing.belief is not None else f"{shown.rest} of {TOKENS} tokens left")
        self.rest_line.setVisible(not locked)
        self.rest_line.show_count(shown.rest)
        self.told.setText(_told(standing, shown))
        if [name for name, _ in shown.tokens] != list(self._rows):
            self._build(shown)
        for name, count in shown.tokens:
            self._rows[name].show_count(count, locked)

    def _build(self, shown: Differential) -> None:
        assert self._finder is not None
        emptied(self._list)
        self._rows = {}
        for name, _ in shown.tokens:
            row = DiseaseRow(name, self._finder.name(name))
            row.wanted.connect(self._give)
            row.dropped.connect(self._drop)
            self._rows[name] = row
            self._list.addWidget(row)
        self._list.addStretch(1)
        in_tab_order(self.fill, *(part for row in self._rows.values() for part in row.parts))

    def row(self, name: str) -> DiseaseRow:
        """Return the row of a disease that is named."""
        return self._rows[name]

    def _offer(self, made: Differential) -> None:
        self.edited.emit(replace(self.draft, differential=made))

    def _add(self, name: str, _typed: str) -> None:
        self._offer(self.draft.differential.adding(name))
        if name in self._rows:
            self._rows[name].box.setFocus()
            self._rows[name].box.selectAll()
            self.area.ensureWidgetVisible(self._rows[name])

    def _give(self, name: str, count: int) -> None:
        made = self.draft.differential.giving(name, count)
        if count > made.count(name):
            self.said.emit("No token is left; take one from another disease first.")
        self._offer(made)
        self._rows[name].show_count(made.count(name), locked=False)

    def _drop(self, name: str) -> None:
        self._offer(self.draft.differential.without(name))
        self.search.line.setFocus()

    def _fill(self) -> None:
        self._offer(self.draft.differential.filled())

    def _as_before(self) -> None:
        if self.standing is not None and self.standing.before is not None:
            self._offer(Differential.of(self.standing.before.shares))


def _told(standing: Standing, shown: Differential) -> str:
    if standing.belief is not None:
        return "What you believe today; it is locked until the clock moves."
    if not shown.tokens:
        return "Name each disease that you think of, then lay your 20 tokens of 5 % on them."
    lead = "" if shown.rest else " All are placed."
    return f"+ and - move a token, or type how many.{lead}"
