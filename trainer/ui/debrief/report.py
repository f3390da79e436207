"""The button that saves the report of a run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from trainer.core.error import AtollError, BadInput
from trainer.encounter.debrief import Debrief
from trainer.encounter.run import Run
from trainer.records.report.value import Cover
from trainer.ui.mind import Thinker
from trainer.ui.theme import icon
from trainer.ui.work import Call, Lanes

_PDF, _HTML = "PDF, two pages (*.pdf)", "HTML, one file (*.html)"
_SAVE, _CANCEL = "Report...", "Cancel the report"


class ReportButton(QPushButton):
    """Asks for a file, and writes the report of a run into it off the window's thread; while it does, it cancels.

    Parameters
    ----------
    lanes : Lanes
    thinker : Thinker

    Signals
    -------
    told : str
        How far it is, what went wrong, or where the report is.
    """

    told = Signal(str)

    def __init__(self, lanes: Lanes, thinker: Thinker, parent: QWidget | None = None) -> None:
        super().__init__(_SAVE, parent)
        self.setObjectName("save_report")
        self.setMinimumHeight(28)
        self.setEnabled(False)
        self._lanes, self._thinker = lanes, thinker
        self._run: Run | None = None
        self._debrief: Debrief | None = None
        self._cover = Cover()
        self._call: Call | None = None
        self._dress()
        self.clicked.connect(self._press)

    def _dress(self) -> None:
        self.setIcon(icon("file-text" if self._call is None else "x"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the icon of the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_call"):
            self._dress()

    def set_cover(self, cover: Cover) -> None:
        """Say what only the records know: whose run it is, when it was last saved, and which cards fall due."""
        self._cover = cover

    def offer(self, run: Run, debrief: Debrief) -> None:
        """Offer the report of a run, as it was kept, with its debrief."""
        self._run, self._debrief = run, debrief
        self.setEnabled(True)

    def rest(self) -> None:
        """Let go of the run."""
        self._stand_still()
        self._run = self._debrief = None
        self._cover = Cover()
        self.setEnabled(False)

    def _stand_still(self) -> None:
        if self._call is not None:
            self._call.cancel()
        self._call = None
        self.setText(_SAVE)
        self._dress()

    def _press(self) -> None:
        if self._call is not None:
            self._stand_still()
            self.told.emit("The report was cancelled; nothing was written.")
            return
        if self._run is None or self._debrief is None:
            return
        header = self._run.header
        suggested = str(Path.home() / f"atoll-{header.case}-{header.seed}.pdf")
        name, kind = QFileDialog.getSaveFileName(self, "Save the report", suggested, f"{_PDF};;{_HTML}")
        if name:
            try:
                self._write(_completed(Path(name), ".html" if kind == _HTML else ".pdf"), self._run, self._debrief)
            except AtollError as error:
                self._complain(error)

    def _write(self, path: Path, run: Run, debrief: Debrief) -> None:
        from trainer.records.report.content import report_of
        from trainer.records.report.file import check_report_target, write_report

        check_report_target(path)
        cover, thinker = self._cover, self._thinker

        def job(call: Call) -> Path:
            call.tell(0.0, "going through the run")
            session = thinker.session(run, call)
            report = report_of(
                run,
                debrief,
                session,
                thinker.draw,
                learner=cover.learner,
                finished_on=cover.finished_on,
                next_cards=cover.next_cards,
                tell=call.tell,
            )
            call.check()
            write_report(path, report)
            return path

        self._call = self._lanes.mind.run(job, self._finish, self._complain, progress=self._progress)
        self.setText(_CANCEL)
        self._dress()

    def _progress(self, share: float, text: str) -> None:
        self.told.emit(f"The report, {100 * share:.0f} %: {text}")

    def _finish(self, path: Path) -> None:
        self._stand_still()
        self.told.emit(f"The report is in {path}")

    def _complain(self, error: Exception) -> None:
        self._stand_still()
        self.told.emit(f"{error}" if isinstance(error, AtollError) else f"{type(error).__name__}: {error}")


def _completed(path: Path, ending: str) -> Path:
    """Return a path that says what it is; what the file dialog did not ask about is not written over."""
    if path.suffix.lower() in {".pdf", ".html"}:
        return path
    whole = path.with_name(path.name + ending)
    if whole.exists():
        raise BadInput(f"{whole}: is there already; choose another name")
    return whole
