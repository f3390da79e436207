"""The review: what is due, one card after the other, each in a patient whom the learner has never met."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from trainer.chest.opacity.sign import Sign
from trainer.core.error import AtollError
from trainer.encounter.occlusion import Puzzle, mark
from trainer.encounter.solution import Reply, Solution, solve
from trainer.encounter.turn import ActFinder
from trainer.records import review
from trainer.records.database import Records
from trainer.records.learner import Learner
from trainer.records.review import Card
from trainer.records.schedule import rating_of
from trainer.ui.debrief.prose import Prose
from trainer.ui.debrief.word import Block
from trainer.ui.mind import Thinker
from trainer.ui.review.fetch import Ready
from trainer.ui.review.form import Form
from trainer.ui.review.supply import Supply
from trainer.ui.review.viewer import Viewer
from trainer.ui.review.waiting import Waiting
from trainer.ui.review.word import (
    empty_line,
    named_blocks,
    next_block,
    occlusion_stem,
    place_line,
    solution_blocks,
    stem_blocks,
)
from trainer.ui.shortcut import bind
from trainer.ui.step.finder import DiseaseFinder
from trainer.ui.theme import icon
from trainer.ui.work import Call, Lanes

_COLUMN = 430
_STEM, _ANSWER = 0, 1


class ReviewPage(QWidget):
    """Asks the cards that are due.

    Parameters
    ----------
    records : Records
    lanes : Lanes
    thinker : Thinker
        Who marks.
    scale : int
        Of the anatomy: 1 for the full grid.

    Signals
    -------
    library_asked : ()
    """

    library_asked = Signal()

    def __init__(
        self, records: Records, lanes: Lanes, thinker: Thinker, scale: int = 1, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("review_page")
        self._records, self._lanes, self._thinker = records, lanes, thinker
        self._learner: Learner | None = None
        self._queue: list[Card] = []
        self._asked, self._all = 0, 0
        self._ready: Ready | None = None  # the card on show
        self._solving: Call | None = None
        self._revealed = False
        self._supply = Supply(records, lanes, thinker, scale, self)
        self._viewer = Viewer(lanes.chest, scale, self)
        self._title, self._place = QLabel("Review"), QLabel()
        self._later = self._button("review_later", "Ask me later")
        self._back = self._button("review_back", " Library")
        self._waiting = Waiting(self)
        self._stem, self._answer = Prose("review_stem", "The question"), Prose("review_solution", "The model answer")
        self._form = Form(self)
        self._which = self._button("review_which", "Show the question")
        self._next = self._button("review_next", "Next card")
        self._sides, self._pages = QStackedWidget(), QStackedWidget()
        self._lay_out()
        self._connect()
        self._dress()

    @staticmethod
    def _button(name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setMinimumHeight(28)
        return button

    def _dress(self) -> None:
        self._back.setIcon(icon("arrow-left"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the icons of the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pages"):
            self._dress()

    def _lay_out(self) -> None:
        self._title.setObjectName("review_title")
        self._title.setProperty("kind", "title")
        self._place.setObjectName("review_place")
        self._place.setProperty("kind", "dim")
        self._place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._next.setProperty("kind", "primary")
        head = QHBoxLayout()
        head.setContentsMargins(10, 4, 10, 4)
        for widget, stretch in ((self._back, 0), (self._title, 0), (self._place, 1), (self._later, 0)):
            head.addWidget(widget, stretch)
        question = QWidget()
        asking = QVBoxLayout(question)
        asking.setContentsMargins(0, 0, 0, 0)
        asking.addWidget(self._stem, 1)
        asking.addWidget(self._form)
        solution = QWidget()
        told = QVBoxLayout(solution)
        told.setContentsMargins(0, 0, 0, 0)
        told.addWidget(self._answer, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(12, 4, 12, 8)
        buttons.addWidget(self._which)
        buttons.addStretch(1)
        buttons.addWidget(self._next)
        self._sides.addWidget(question)
        self._sides.addWidget(solution)
        column = QWidget()
        left = QVBoxLayout(column)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self._sides, 1)
        left.addLayout(buttons)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("review_split")
        split.setChildrenCollapsible(False)
        split.addWidget(column)
        split.addWidget(self._viewer)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        split.setSizes([_COLUMN, 3 * _COLUMN])
        column.setMinimumWidth(340)
        self._pages.addWidget(self._waiting)
        self._pages.addWidget(split)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 8, 10, 8)
        whole.addLayout(head)
        whole.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self._back.clicked.connect(self.library_asked)
        self._later.clicked.connect(self.put_off)
        self._waiting.go_on_asked.connect(self._go_on)
        self._next.clicked.connect(self._go_on)
        self._which.clicked.connect(self._turn)
        self._form.answered.connect(self._mark)
        self._supply.arrived.connect(self._show)
        self._supply.progressed.connect(self._wait)
        self._supply.failed.connect(self._put_aside)
        bind(self, "commit", self._commit)
        for widget in (self._form.sure, self._form.send, self._next):
            widget.installEventFilter(self)

    # The session

    def open_learner(self, learner: Learner) -> None:
        """Ask what is due for a learner."""
        self.rest()
        self._learner = learner
        try:
            self._queue = review.due(self._records, learner, _now())
        except AtollError as error:
            self._stand_still(str(error))
            return
        self._asked, self._all = 0, len(self._queue)
        self._go_on()

    def rest(self) -> None:
        """Let go of the learner and the patient; what was answered is kept already."""
        self._give_up()
        self._supply.rest()
        self._viewer.rest()
        self._learner = self._ready = None
        self._queue, self._revealed = [], False
        for prose in (self._stem, self._answer):
            prose.show_blocks(())
        self._stand_still("", more=False)

    def _give_up(self) -> None:
        """Mark the card on show no more."""
        if self._solving is not None:
            self._solving.cancel()
            self._solving = None

    @property
    def ready(self) -> Ready | None:
        """The card that is on show."""
        return self._ready

    def _go_on(self) -> None:
        """Show the next card, or that there is none."""
        self._ready, self._revealed = None, False
        if self._learner is None:
            return
        if not self._queue:
            self._finish()
            return
        self._wait(0.0, "A new patient is being called.")
        self._supply.want(self._queue[0])

    def put_off(self) -> None:
        """Ask the card on show after all others."""
        if self._ready is None or self._revealed or not self._queue:
            return
        self._give_up()
        self._supply.stop_thinking()
        self._queue.append(self._queue.pop(0))
        self._go_on()

    def _finish(self) -> None:
        assert self._learner is not None
        now = _now()
        try:
            answered = review.answered_today(self._records, self._learner, now)
            held = review.held_back(self._records, self._learner, now)
            coming = [c for c in review.upcoming(self._records, self._learner, now) if c.case not in held]
        except AtollError as error:
            self._stand_still(str(error))
            return
        self._stand_still(empty_line(answered, coming[0].due_at if coming else None, len(held), now), more=False)
        self._viewer.rest()
        self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_aside(self, card: Card, error: Exception) -> None:
        """Leave a card out that cannot be asked, and say why."""
        self._queue = [one for one in self._queue if one.id != card.id]
        self._stand_still(f"This card cannot be asked today: {_said(error)}")

    # One card

    def _show(self, ready: Ready) -> None:
        self._ready, self._revealed = ready, False
        self._place.setText(place_line(self._asked + 1, self._all))
        question, card = ready.question, ready.card
        if ready.puzzle is not None:
            self._stem.show_blocks(occlusion_stem(ready.puzzle, question.scans[0][0]))
            self._form.ask_region()
        else:
            self._stem.show_blocks(stem_blocks(question))
            diseases = DiseaseFinder(ready.library.diseases)
            self._form.ask_decision(diseases.find, ActFinder(ready.library, question.taken).find, question.asks_change)
        self._viewer.show_card(ready)
        self._form.show()
        self._sides.setCurrentIndex(_STEM)
        self._which.hide()
        self._next.hide()
        self._later.setEnabled(len(self._queue) > 1)
        self._later.show()
        self._pages.setCurrentIndex(1)
        self._form.first().setFocus(Qt.FocusReason.OtherFocusReason)
        self._title.setText("Name the finding" if card.kind == "occlusion" else "Decide")

    # The answer

    def _commit(self) -> None:
        """Answer, or go on after the answer."""
        if self._pages.currentIndex() != 1:
            return
        if self._revealed:
            self._go_on()
        elif self._form.isEnabled():
            self._form.submit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let Return answer from the slider and the button, and go on from the answer."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in keys:
            if not event.isAutoRepeat():  # a key held down would go through all cards
                self._commit()
            return True
        return super().eventFilter(watched, event)

    def _mark(self) -> None:
        ready = self._ready
        if ready is None or self._revealed:
            return
        if ready.puzzle is not None:
            self._mark_region(ready, ready.puzzle)
            return
        reply = self._form.reply()

        def job(call: Call) -> Solution:
            run = ready.question.run
            session, examiner = self._thinker.scorer(run, run.header.policy, call)
            return solve(examiner, session, ready.question, reply)

        self._form.setEnabled(False)
        self._later.setEnabled(False)
        self._title.setText("Marking ...")
        self._place.setText("Your answer is weighed on what could be known.")
        self._solving = self._lanes.mind.run(job, lambda solution: self._tell(ready, reply, solution), self._not_marked)

    def _not_marked(self, error: Exception) -> None:
        self._form.setEnabled(True)
        self._title.setText("Not marked")
        self._place.setText(_said(error))

    def _tell(self, ready: Ready, reply: Reply, solution: Solution) -> None:
        self._title.setText("The model answer")
        parts = {part.name: round(part.credit, 3) for part in solution.parts}
        said = {**reply.as_json(), "credits": parts}
        self._reveal(
            ready, solution_blocks(solution, ready.question, reply.confidence), solution.score, reply.confidence,
            solution.right, said,
        )  # fmt: skip

    def _mark_region(self, ready: Ready, puzzle: Puzzle) -> None:
        sign, lobe = self._form.sign.value, self._form.lobe.value
        named = mark(puzzle, Sign[sign] if sign is not None else None, lobe)
        right = named.name_credit == 1.0 and named.lobe_credit == 1.0
        said: dict[str, object] = {"sign": sign, "lobe": lobe}
        self._title.setText("The model answer")
        blocks = named_blocks(named, ready.question.title)
        self._reveal(ready, blocks, named.score, self._form.confidence, right, said)

    def _reveal(
        self, ready: Ready, blocks: list[Block], score: float, confidence: float, right: bool, said: dict[str, object]
    ) -> None:
        """Keep an answer, show the model answer, and get the next card ready meanwhile."""
        assert self._learner is not None
        self._revealed, self._solving = True, None
        self._viewer.tell()
        now = _now()
        try:
            card = review.note_answer(
                self._records, self._learner, ready.card, ready.seed, score, confidence, right, said, now
            )
            tail = next_block(rating_of(score, confidence, right), card.due_at, now)
        except AtollError as error:
            tail = Block("bad", f"The answer was not kept: {error}")
        self._queue = [one for one in self._queue if one.id != ready.card.id]
        self._asked += 1
        self._place.setText(place_line(self._asked, self._all))
        self._answer.show_blocks([*blocks, tail])
        self._next.setText("Next card" if self._queue else "Finish")
        self._which.setText("Show the question")
        self._sides.setCurrentIndex(_ANSWER)
        self._later.hide()
        self._which.show()
        self._next.show()
        self._next.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._queue:
            self._supply.prepare(self._queue[0])

    def _turn(self) -> None:
        """Show the question again, or the answer."""
        back = self._sides.currentIndex() == _ANSWER
        self._form.setVisible(not back)
        self._sides.setCurrentIndex(_STEM if back else _ANSWER)
        self._which.setText("Show the answer" if back else "Show the question")

    # What is said meanwhile

    def _wait(self, share: float, text: str) -> None:
        self._pages.setCurrentIndex(0)
        self._later.hide()
        self._waiting.wait(share, text)

    def _stand_still(self, text: str, *, more: bool = True) -> None:
        self._pages.setCurrentIndex(0)
        self._title.setText("Review")
        self._place.clear()
        self._later.hide()
        self._waiting.stand_still(text, more=more)


def _said(error: Exception) -> str:
    return f"{error}" if isinstance(error, AtollError) else f"{type(error).__name__}: {error}"


def _now() -> datetime:
    """Return the time here, with its zone: a day begins at the learner's midnight."""
    return datetime.now().astimezone()
