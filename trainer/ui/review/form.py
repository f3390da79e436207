"""What is typed in answer to a card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from trainer.encounter.occlusion import find_lobe, find_sign, find_word
from trainer.encounter.solution import CHANGES, ChangeWord, Reply
from trainer.ui.step.section import clicked_once, guarded, in_tab_order
from trainer.ui.step.typeahead import TypeAhead

Find = Callable[[str], Sequence[tuple[str, str]]]
_LEAST, _MOST, _STEP = 50, 100, 5
_CHANGES: Final = {str(word): words for word, words in CHANGES.items()}


class AnswerLine(QWidget):
    """A question and a line to type the answer into; Return takes what is meant and goes on.

    Signals
    -------
    settled
        Something was chosen.
    """

    settled = Signal()

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}_answer")
        self._find: Find = lambda _: ()
        self._value: str | None = None
        self._words = ""
        self._title = QLabel(title)
        self._title.setObjectName(f"{name}_title")
        self._title.setWordWrap(True)
        self.typed = TypeAhead(name, title, self._matches)
        self.typed.line.setPlaceholderText("type, and choose with Return")
        self._title.setBuddy(self.typed.line)
        self.typed.list.setStyleSheet("QListWidget::item { min-height: 24px; }")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addWidget(self._title)
        whole.addWidget(self.typed)
        self.setFocusProxy(self.typed)
        self.typed.chosen.connect(self._choose)
        self.typed.line.textChanged.connect(self._changed)
        self.typed.line.editingFinished.connect(self._left)
        self.typed.line.returnPressed.connect(self._return)

    def ask(self, find: Find) -> None:
        """Ask anew, with other things to be found."""
        self._find, self._value, self._words = find, None, ""
        self.typed.line.clear()

    @property
    def value(self) -> str | None:
        """The identifier of what was chosen."""
        return self._value

    def settle(self) -> bool:
        """Take what was typed for what it most likely means; return whether the line is empty or understood."""
        text = self.typed.line.text()
        if self._value is None and text.strip():
            found = self._find(text)
            if found:
                self._take(*found[0])
        return self._value is not None or not text.strip()

    def _left(self) -> None:
        """Take what was typed once the line is left, unless for its list."""
        if QApplication.focusWidget() is not self.typed.list:
            self.typed.list.hide()
            self.settle()

    def _matches(self, typed: str) -> list[tuple[str, str]]:
        return list(self._find(typed))

    def _choose(self, identifier: str, typed: str) -> None:
        words = next((text for one, text in self._find(typed) if one == identifier), identifier)
        self._take(identifier, words)
        self.settled.emit()

    def _take(self, identifier: str, words: str) -> None:
        self._value, self._words = identifier, words
        self.typed.list.hide()
        self.typed.line.setText(words)
        self.typed.line.setCursorPosition(0)

    def _changed(self, text: str) -> None:
        if text != self._words:
            self._value, self._words = None, ""

    def _return(self) -> None:
        if self._value is not None and self.typed.line.hasFocus() and self.typed.line.text() == self._words:
            self.settled.emit()


class Form(QWidget):
    """The lines of a card.

    Signals
    -------
    answered
        All that will be said has been said.
    """

    answered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_form")
        self.diagnosis = AnswerLine("review_diagnosis", "What is the leading diagnosis?")
        self.change = AnswerLine("review_change", "What became of the shadows between the two CTs?")
        self.act = AnswerLine(
            "review_act", "What do you do next? One act: a test, a treatment, to stop one, or to wait"
        )
        self.sign = AnswerLine("review_sign", "What does the outlined region show?")
        self.lobe = AnswerLine("review_lobe", "In which lobe?")
        self.lines: Final = (self.diagnosis, self.change, self.act, self.sign, self.lobe)
        self._sure_title = QLabel()
        self._sure_title.setObjectName("review_sure_title")
        self._sure_title.setWordWrap(True)
        self.sure = QSlider(Qt.Orientation.Horizontal)
        self.sure.setObjectName("review_sure")
        self.sure.setAccessibleName("How sure you are, in percent")
        self.sure.setMinimumHeight(24)
        self.sure.setRange(_LEAST // _STEP, _MOST // _STEP)
        self.sure.setPageStep(2)
        guarded(self.sure)
        self._sure_title.setBuddy(self.sure)
        self.send = QPushButton("Answer")
        self.send.setObjectName("review_send")
        self.send.setProperty("kind", "primary")
        self.send.setToolTip("Ctrl+Return")
        clicked_once(self.send)
        self._line = QLabel()
        self._line.setObjectName("review_form_line")
        self._line.setWordWrap(True)
        self._line.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 4, 12, 8)
        whole.setSpacing(6)
        for widget in (*self.lines, self._sure_title, self.sure, self._line, self.send):
            whole.addWidget(widget)
        in_tab_order(*(line.typed.line for line in self.lines), self.sure, self.send)
        for line in self.lines:
            line.settled.connect(self._go_on)
        self.sure.valueChanged.connect(self._show_sure)
        self.send.clicked.connect(self.submit)

    def ask_decision(self, diseases: Find, acts: Find, change: bool) -> None:
        """Ask for diagnosis and act, and for the change where there are two CTs."""
        self.diagnosis.ask(diseases)
        self.change.ask(lambda typed: find_word(typed, _CHANGES))
        self.act.ask(acts)
        self._show_lines(self.diagnosis, *((self.change,) if change else ()), self.act)

    def ask_region(self) -> None:
        """Ask for a sign and a lobe."""
        self.sign.ask(find_sign)
        self.lobe.ask(find_lobe)
        self._show_lines(self.sign, self.lobe)

    def _show_lines(self, *shown: AnswerLine) -> None:
        for line in self.lines:
            line.setVisible(line in shown)
        self._line.hide()
        self.sure.setValue(_LEAST // _STEP)
        self._show_sure()
        self.setEnabled(True)

    def first(self) -> QWidget:
        """Return where the keyboard goes first."""
        return next(line for line in self.lines if not line.isHidden()).typed.line

    def _go_on(self) -> None:
        shown = [line for line in self.lines if not line.isHidden()]
        at = next((n for n, line in enumerate(shown) if line.isAncestorOf(self.focusWidget() or self)), len(shown))
        if at + 1 < len(shown):
            shown[at + 1].typed.line.setFocus()
        else:
            self.sure.setFocus()

    def _show_sure(self) -> None:
        what = "the diagnosis" if not self.diagnosis.isHidden() else "the name"
        self._sure_title.setText(f"How sure are you of {what}? {_STEP * self.sure.value()} %")

    def submit(self) -> None:
        """Say it, unless something was typed that nobody understands."""
        for line in (line for line in self.lines if not line.isHidden()):
            line.typed.list.hide()
            if not line.settle():
                self._line.setText("This is not understood. Choose from the list, or leave the line empty.")
                self._line.show()
                line.typed.line.setFocus()
                return
        self._line.hide()
        self.answered.emit()

    @property
    def confidence(self) -> float:
        """How sure, 0.5 to 1."""
        return _STEP * self.sure.value() / 100.0

    def reply(self) -> Reply:
        """Return what was answered to a decision."""
        change = cast("ChangeWord | None", self.change.value)
        return Reply(self.diagnosis.value, change, self.act.value, self.confidence)
