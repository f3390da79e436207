"""What goes on between the encounters: results, reviews and self-assessment, and what is kept of each debrief."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from trainer.core.error import AtollError, BadInput
from trainer.records.learner import Learner, learners
from trainer.records.selfassessment import withheld
from trainer.records.shelf import Shelf
from trainer.ui.mind import Thinker
from trainer.ui.work import Lanes

if TYPE_CHECKING:
    from trainer.encounter.debrief import Debrief
    from trainer.records.report.value import Cover
    from trainer.ui.assessment.page import AssessmentPage
    from trainer.ui.results.page import ResultsPage
    from trainer.ui.review.page import ReviewPage


class Study(QObject):
    """The pages between the encounters, each made when it is first wanted.

    Parameters
    ----------
    shelf : Shelf
        Of the learner who plays.
    lanes : Lanes
    thinker : Thinker
    scale : int
        Of the anatomy.
    pages : QStackedWidget
        Where they are shown.

    Signals
    -------
    sit_asked : StartRequest, int
        A case of the open set is to be begun, and its place.
    resume_asked, debrief_asked : str
        Name of a run of the learner.
    run_opened : Run
        Out of a file; nobody's here.
    library_asked : ()
    told : str
        A line for the learner.
    """

    sit_asked = Signal(object, int)
    resume_asked = Signal(str)
    debrief_asked = Signal(str)
    run_opened = Signal(object)
    library_asked = Signal()
    told = Signal(str)

    def __init__(self, shelf: Shelf, lanes: Lanes, thinker: Thinker, scale: int, pages: QStackedWidget) -> None:
        super().__init__(pages)
        self.shelf = shelf
        self._lanes, self._thinker, self._scale, self._pages = lanes, thinker, scale, pages
        self.results: ResultsPage | None = None
        self.review: ReviewPage | None = None
        self.assessment: AssessmentPage | None = None

    @property
    def learner(self) -> Learner:
        """Who plays.

        Raises
        ------
        BadInput
            If the records cannot be read, or another workstation erased the learner.
        """
        found = next((one for one in learners(self.shelf.records) if one.id == self.shelf.learner_id), None)
        if found is None:
            raise BadInput("this learner was erased elsewhere; choose another above the list")
        return found

    def choose(self, learner: Learner) -> None:
        """Go on with another learner."""
        self.rest()
        self.shelf = Shelf(self.shelf.records, learner.id)

    def due(self) -> int:
        """Return how many cards are due now."""
        from trainer.records.review import due_count

        return due_count(self.shelf.records, self.learner, _now())

    def silent_on(self, name: str) -> bool:
        """Return whether nothing is to be said of a run yet: it belongs to a set that is open."""
        return name in withheld(self.shelf.records, self.shelf.learner_id)

    def note_sitting(self, place: int, name: str) -> None:
        """Note which run is played in a place of the open set."""
        if self.assessment is not None:
            try:
                self.assessment.note_run(place, name)
            except AtollError as error:
                self.told.emit(str(error))

    def keep(self, name: str, debrief: Debrief) -> None:
        """Keep what a debrief came to: its score, and a card for each decision point."""
        from trainer.records.result import note_result
        from trainer.records.review import make_cards

        now, records = _now(), self.shelf.records
        try:
            if debrief.performance is not None:
                note_result(records, self.shelf.learner_id, name, debrief.performance, now)
            made = make_cards(records, self.learner, debrief, now)
        except AtollError as error:
            self.told.emit(str(error))
        else:
            if made:
                self.told.emit(f"{made} cards of this case were laid by; the library says when they are due.")

    def cover(self, name: str) -> Cover:
        """Return what stands on the cover of a report: the learner, when the run was last saved, the next cards."""
        from trainer.records.report.kept import cover_of

        return cover_of(self.shelf.records, self.learner, name, _now())

    def show_results(self) -> None:
        """Go to the results."""
        if self.results is None:
            from trainer.ui.results.page import ResultsPage

            self.results = ResultsPage(self.shelf.records, self._lanes, self._thinker, self._pages)
            self.results.library_asked.connect(self.library_asked)
            self.results.debrief_asked.connect(self.debrief_asked)
            self.results.run_opened.connect(self.run_opened)
            self._pages.addWidget(self.results)
        self._pages.setCurrentWidget(self.results)
        self.results.show_learner(self.learner)

    def show_review(self) -> None:
        """Go to the cards that are due."""
        if self.review is None:
            from trainer.ui.review.page import ReviewPage

            self.review = ReviewPage(self.shelf.records, self._lanes, self._thinker, self._scale, self._pages)
            self.review.library_asked.connect(self.library_asked)
            self._pages.addWidget(self.review)
        self._pages.setCurrentWidget(self.review)
        self.review.open_learner(self.learner)

    def show_assessment(self) -> None:
        """Go to the sets of cases."""
        if self.assessment is None:
            self.assessment = self._make_assessment()
        self._pages.setCurrentWidget(self.assessment)
        self.assessment.show_learner(self.learner)

    def _make_assessment(self) -> AssessmentPage:
        from trainer.ui.assessment.page import AssessmentPage
        from trainer.ui.scoring import Scoring

        made = AssessmentPage(self.shelf.records, self._pages)
        scoring = Scoring(self.shelf.records, self._lanes, self._thinker, made)
        made.library_asked.connect(self.library_asked)
        made.sit_asked.connect(self.sit_asked)
        made.resume_asked.connect(self.resume_asked)
        made.debrief_asked.connect(self.debrief_asked)
        made.score_asked.connect(lambda names: scoring.begin(self.shelf.learner_id, names))
        made.stop_asked.connect(scoring.cancel)
        scoring.progressed.connect(made.show_progress)
        scoring.failed.connect(lambda error: made.tell(str(error)))
        scoring.ended.connect(made.refresh)
        self._pages.addWidget(made)
        return made

    def rest(self) -> None:
        """Let go of what only a page on show needs, and stop what it was doing."""
        if self.review is not None:
            self.review.rest()
        if self.results is not None:
            self.results.cancel()


def _now() -> datetime:
    """Return this moment in the zone of the workstation: a day of reviews begins at its midnight."""
    return datetime.now().astimezone()
