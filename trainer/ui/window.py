"""The main window: the library, the encounter and the debrief, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QDialog, QMainWindow, QProgressBar, QPushButton, QStackedWidget

from trainer.core.error import AtollError
from trainer.encounter.run import Run
from trainer.records.learner import Learner
from trainer.records.shelf import Shelf
from trainer.ui.library.catalogue import StartRequest
from trainer.ui.library.page import LibraryPage
from trainer.ui.mind import Thinker, settle
from trainer.ui.preference import Preferences, write_preferences
from trainer.ui.shortcut import bind
from trainer.ui.study import Study
from trainer.ui.work import Call, Lanes, Priority

if TYPE_CHECKING:
    from trainer.encounter.debrief import Debrief
    from trainer.encounter.session import Session
    from trainer.ui.debrief.page import DebriefPage
    from trainer.ui.encounter_page import EncounterPage

_TELL_MS = 12_000
_PAINTED_MS = 200  # what is heavy is imported once the library is on the screen


class MainWindow(QMainWindow):
    """Atoll's window.

    The pages of the encounter and the debrief are made when they are first wanted: they import what is heavy.

    Parameters
    ----------
    shelf : Shelf
        Where runs are kept.
    preferences : Preferences
    scale : int
        Of the anatomy: 1 for the full grid, 2 for half as many voxels along each axis.
    """

    def __init__(self, shelf: Shelf, preferences: Preferences, scale: int = 1) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("Atoll")
        self.setMinimumSize(1180, 700)
        self._preferences, self._scale = preferences, scale
        self._lanes, self._thinker = Lanes(self), Thinker(scale)
        self.encounter: EncounterPage | None = None
        self.debrief: DebriefPage | None = None
        self._discussed: Run | None = None
        self._sheet: QDialog | None = None
        self._kept = ""  # name of the run that is played or discussed; "" of one that nobody here has played
        self._opening: Call | None = None
        self._pages = QStackedWidget()
        self._pages.setObjectName("pages")
        self.library = LibraryPage(shelf, self)
        self._pages.addWidget(self.library)
        self.setCentralWidget(self._pages)
        self._bar, self._stop = QProgressBar(), QPushButton("Cancel")
        self._fill_status()
        self.study = Study(shelf, self._lanes, self._thinker, scale, self._pages)
        self._connect()
        bind(self, "library", self._ask_for_library)
        bind(self, "preferences", self.show_preferences)
        bind(self, "shortcuts", self.show_shortcuts)
        bind(self, "quit", self._leave)
        bind(self, "full-screen", self._toggle_full_screen)
        self.show_library()
        QTimer.singleShot(_PAINTED_MS, self, self._prepare)

    def _connect(self) -> None:
        library, study = self.library, self.study
        library.start_asked.connect(self._start)
        library.resume_asked.connect(self._resume)
        library.debrief_asked.connect(self._discuss_kept)
        library.learner_changed.connect(self._choose)
        library.results_asked.connect(study.show_results)
        library.review_asked.connect(study.show_review)
        library.assessment_asked.connect(study.show_assessment)
        library.preferences_asked.connect(self.show_preferences)
        library.shortcuts_asked.connect(self.show_shortcuts)
        study.sit_asked.connect(self._start)
        study.resume_asked.connect(self._resume)
        study.debrief_asked.connect(self._discuss_kept)
        study.run_opened.connect(self._discuss_foreign)
        study.library_asked.connect(self.show_library)
        study.told.connect(self.tell)

    def _choose(self, learner: Learner) -> None:
        """Go on with another learner, or with the same one under another name."""
        self._cancel_opening()  # who is being called comes for the learner before
        self.study.choose(learner)
        self.library.show_learner(learner, self.study.shelf)
        self._show_due()

    def _show_due(self) -> None:
        try:
            self.library.show_due(self.study.due())
        except AtollError as error:
            self.tell(str(error))

    def _fill_status(self) -> None:
        self._bar.setObjectName("opening_progress")
        self._bar.setAccessibleName("Progress")
        self._bar.setRange(0, 1000)
        self._bar.setMaximumWidth(320)
        self._stop.setObjectName("cancel_opening")
        self._stop.clicked.connect(self._cancel_opening)
        self.statusBar().addPermanentWidget(self._bar)
        self.statusBar().addPermanentWidget(self._stop)
        self._show_progress(1.0, "")

    def _prepare(self) -> None:
        """Make the engine while the learner looks at the library."""
        self._lanes.mind.run(
            self._thinker.engine,
            self._ready,
            self._tell_fault,
            priority=Priority.AHEAD,
            progress=self._show_progress,
        )
        self._lanes.mind.run(settle, self._ready, self._tell_fault, priority=Priority.AHEAD)

    def _ready(self, _: object) -> None:
        self._show_progress(1.0, "")

    def _show_progress(self, share: float, text: str) -> None:
        self._bar.setVisible(share < 1.0)
        self._stop.setVisible(share < 1.0 and self._opening is not None)
        self._bar.setValue(round(1000 * share))
        self._bar.setFormat(f"{text}  %p %")
        self.statusBar().setVisible(share < 1.0 or bool(self.statusBar().currentMessage()))

    def tell(self, text: str) -> None:
        """Show a line below the page."""
        self.statusBar().setVisible(True)
        self.statusBar().showMessage(text, _TELL_MS)

    def _complain(self, error: Exception) -> None:
        self._opening = None
        self._show_progress(1.0, "")
        self._tell_fault(error)

    def _tell_fault(self, error: Exception) -> None:
        """Say what went wrong behind the page; a patient who is being called may still come."""
        self.tell(f"{error}" if isinstance(error, AtollError) else f"{type(error).__name__}: {error}")

    def _may_leave(self) -> bool:
        """Return whether the page may be left; what would be lost is said once, and asking again leaves."""
        page = self.encounter
        return page is None or page.desk is None or page.panel.may_leave()

    def _ask_for_library(self) -> None:
        if self._may_leave():
            self.show_library()

    def show_library(self) -> None:
        """Go to the library; the encounter that was on is kept as it stands."""
        self._cancel_opening()
        if self.encounter is not None:
            self.encounter.close_encounter()
        if self.debrief is not None:
            self.debrief.rest()
        self.study.rest()
        self._lanes.mind.run(self._thinker.rest, self._ready, self._tell_fault, priority=Priority.AHEAD)
        self._kept = ""
        self.setWindowTitle("Atoll")
        self.library.refresh()
        self._show_due()
        self._pages.setCurrentWidget(self.library)
        self.library.setFocus(Qt.FocusReason.OtherFocusReason)

    def _start(self, request: StartRequest, place: int | None = None) -> None:
        """Begin a case; ``place`` is that in the open set, if it belongs to one."""

        def job(call: Call) -> Session:
            return self._thinker.begin(request, call)

        def show(session: Session) -> None:
            from trainer.encounter.session import sealed

            header = session.run.header
            try:
                name = self.study.shelf.new_name(header.case, header.seed)
                self.study.shelf.save(name, sealed(session))
            except AtollError as error:
                self._complain(error)
                return
            if place is not None:
                self.study.note_sitting(place, name)
            self._sit_down(name, session)

        self._call_patient(job, show)

    def _resume(self, name: str) -> None:
        try:
            run = self.study.shelf.load(name)
        except AtollError as error:
            self._complain(error)
            self.library.refresh()
            return
        self._call_patient(
            lambda call: self._thinker.session(run, call),
            lambda session: self._sit_down(name, session, run.elapsed_s),
        )

    def _call_patient(self, job: Callable[[Call], Session], show: Callable[[Session], None]) -> None:
        """Make an encounter off the window's thread, then show it."""
        self._cancel_opening()

        def arrived(session: Session) -> None:
            self._opening = None
            self._show_progress(1.0, "")
            show(session)

        self._opening = self._lanes.mind.run(job, arrived, self._complain, progress=self._show_progress)

    def _cancel_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
            self._show_progress(1.0, "")

    def _sit_down(self, name: str, session: Session, begun_s: int = 0) -> None:
        from trainer.ui.desk import Desk

        page = self._encounter_page()
        if self.debrief is not None:
            self.debrief.rest()
        clock = QElapsedTimer()
        clock.start()
        self._kept = name
        shelf = self.study.shelf
        desk = Desk(session, lambda run: shelf.save(name, run), lambda: begun_s + clock.elapsed() // 1000)
        self.setWindowTitle(f"{session.case.title} - Atoll (SIMULATED)")
        self._pages.setCurrentWidget(page)
        page.open(desk)
        page.room.setFocus(Qt.FocusReason.OtherFocusReason)
        if not desk.exam:  # an examination gives no feedback, so nobody need be imagined yet
            self._lanes.mind.run(self._thinker.imagined, self._ready, self._tell_fault, priority=Priority.AHEAD)

    def _encounter_page(self) -> EncounterPage:
        if self.encounter is None:
            from trainer.ui.encounter_page import EncounterPage

            self.encounter = EncounterPage(self._lanes, self._thinker, self._scale, self)
            self.encounter.finished.connect(self._finish)
            self.encounter.left.connect(self._ask_for_library)
            self.encounter.room.set_scheme(self._preferences.mouse)
            self.encounter.room.stage.set_layout(self._preferences.layout)
            self._pages.addWidget(self.encounter)
        return self.encounter

    def _finish(self, run: Run) -> None:
        """Go to the debrief of the run that was played; within a set, go on with the set."""
        try:
            silent = self.study.silent_on(self._kept)
        except AtollError as error:
            self._complain(error)
            return
        if silent:
            self.show_library()
            self.study.show_assessment()
        else:
            self._discuss(run)

    def _discuss_kept(self, name: str) -> None:
        try:
            run = self.study.shelf.load(name)
            silent = self.study.silent_on(name)
        except AtollError as error:
            self._complain(error)
            return
        if silent:
            self.tell("This run belongs to a set that is open; it is discussed once the set is closed.")
            return
        self._kept = name
        self._discuss(run)

    def _discuss_foreign(self, run: Run) -> None:
        """Show the debrief of a run out of a file; nothing of it is kept."""
        self._kept = ""
        self._discuss(run)

    def _discuss(self, run: Run) -> None:
        self._cancel_opening()  # or it would come over the debrief, whose score would be noted beside its run
        if self.encounter is not None:
            self.encounter.close_encounter()
        if self.debrief is None:
            from trainer.ui.debrief.page import DebriefPage

            self.debrief = DebriefPage(self._lanes, self._thinker, self._scale, self)
            self.debrief.again_asked.connect(self._play_again)
            self.debrief.library_asked.connect(self.show_library)
            self.debrief.done.connect(self._keep)
            self._pages.addWidget(self.debrief)
        self._discussed = run
        self._pages.setCurrentWidget(self.debrief)
        self.debrief.open_run(run)
        self._cover_report()

    def _keep(self, debrief: Debrief) -> None:
        if self._kept:
            self.study.keep(self._kept, debrief)
            self._cover_report()

    def _cover_report(self) -> None:
        """Say whose the run is in its report; that of a run out of a file bears no name."""
        if self._kept and self.debrief is not None:
            try:
                self.debrief.report.set_cover(self.study.cover(self._kept))
            except AtollError as error:
                self.tell(str(error))

    def _play_again(self, _: str) -> None:
        """Begin the case that was discussed anew, with the next patient and all else as it was."""
        if self._discussed is None:
            return
        header = self._discussed.header
        try:
            seed = self.study.shelf.next_seed(header.case)
        except AtollError as error:
            self._complain(error)
        else:
            self._start(StartRequest.again(header, seed))

    def show_shortcuts(self) -> None:
        """Show the sheet of shortcuts."""
        from trainer.ui.sheet import ShortcutSheet

        self._show_sheet(ShortcutSheet(self, self._preferences.mouse))

    def show_preferences(self) -> None:
        """Show the preferences; what is changed there holds at once."""
        from trainer.ui.preference_sheet import PreferenceSheet

        sheet = PreferenceSheet(self._preferences, self)
        sheet.changed.connect(self._prefer)
        self._show_sheet(sheet)

    def _show_sheet(self, sheet: QDialog) -> None:
        """Show a sheet beside the window; there is one at a time."""
        if self._sheet is not None:
            self._sheet.close()
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.finished.connect(self._forget_sheet)
        self._sheet = sheet
        sheet.show()

    def _forget_sheet(self) -> None:
        self._sheet = None

    def _prefer(self, preferences: Preferences) -> None:
        self._preferences = preferences
        if self.encounter is not None:
            self.encounter.room.set_scheme(preferences.mouse)

    def _keep_layout(self) -> None:
        """Remember the layout of the panes for the next start."""
        if self.encounter is None:
            return
        used = self._preferences.model_copy(update={"layout": self.encounter.room.stage.views.layout})
        if used != self._preferences:
            with suppress(AtollError):  # the window is closing, and a layout is no loss
                write_preferences(used)

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _leave(self) -> None:
        if self._may_leave():
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stop the workers before the window goes; a hand on its button is first told what would be lost."""
        application = QGuiApplication.instance()
        ending = isinstance(application, QGuiApplication) and application.isSavingSession()
        if event.spontaneous() and not ending and not self._may_leave():
            event.ignore()
            return
        self._keep_layout()
        if self.encounter is not None:
            self.encounter.close_encounter()
        if self.debrief is not None:
            self.debrief.rest()
        self.study.rest()
        self.hide()  # a worker that compiles hears nothing for a minute; nobody need look at a dead window
        self._lanes.close()
        super().closeEvent(event)
