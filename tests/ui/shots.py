"""Full-window pictures of a real step of a real case, taken in a process of its own: `python -m tests.ui.shots`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication

from tests.records.kept import shelf_in
from trainer.course.cohort import Engine
from trainer.encounter.event import Advance, CourseStarted, ReadStated, TestOrdered
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Rejected, Session, sealed
from trainer.encounter.sight import true_read
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Request, Step
from trainer.ui import theme
from trainer.ui.preference import Preferences
from trainer.ui.step.differential import Differential
from trainer.ui.window import MainWindow

CASE, SEED = "wandering-shadows", 1
BELIEF = {"cop": 13, "eosinophilic": 3, "bacterial": 2}
TESTS = {
    0: ("thin-section-ct", "crp", "pulse-oximetry", "temperature", "history-drugs", "history-antibiotics", "ana",
        "bronchoscopy-lavage", "spirometry"),
    7: ("crp", "pulse-oximetry", "temperature"),
    28: ("thin-section-ct", "crp", "pulse-oximetry", "temperature", "spirometry"),
}  # fmt: skip
PATIENCE_S = 300


def run_to(day: int) -> Run:
    """Return a run that has come to a day, with its tests ordered and its earlier CT read."""
    known = library()
    engine = Engine.of(known)
    case = read_case(CASE, known)
    session = Session(engine, case, Run(header=Header(case=CASE, version=case.version, seed=SEED)))
    for when, tests in TESTS.items():
        if when > day:
            break
        while session.now.day < when:
            session.submit(Advance(to_day=when, stops="urgent"))
        for test in tests:
            if test in known.tests:
                session.submit(TestOrdered(request=Request(test=test, day=when)))
        if when == 0:
            session.submit(ReadStated(read=true_read(session, 0, None)))
        if when == 7 and day > 28:
            steps = tuple(Step(dose=d, unit=u, days=n) for d, u, n in ((0.75, "mg/kg", 28), (20, "mg", 56)))
            answer = session.submit(CourseStarted(course=Course(give="prednisolone", day=7, steps=steps)))
            assert not isinstance(answer, Rejected), answer
    return sealed(session)


def wait(until) -> None:
    """Let Qt work until something holds."""
    end = QDeadlineTimer(1000 * PATIENCE_S)
    while not until():
        if end.hasExpired():
            raise TimeoutError
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def still(ms: int) -> None:
    """Let Qt work for a while, so that what is on its way arrives."""
    end = QDeadlineTimer(ms)
    wait(end.hasExpired)


class Camera:
    """The window, and a folder for its pictures."""

    def __init__(self, application: QApplication, folder: Path, sizes: list[tuple[int, int]], scale: int) -> None:
        self.application, self.folder, self.sizes = application, folder, sizes
        self.settled = lambda: True
        self.shelf = shelf_in(Path(tempfile.mkdtemp()))
        self.shelf.save(f"{CASE}-{SEED}-1", run_to(28))
        self.window = MainWindow(self.shelf, Preferences(), scale=scale)
        self.window.show()
        still(300)

    def take(self, name: str) -> None:
        """Take the window in every size and theme."""
        for look in ("dark", "light"):
            theme.apply(self.application, look)
            for width, height in self.sizes:
                self.window.resize(width, height)
                still(900)
                wait(self.settled)
                ratio = self.window.devicePixelRatio()
                self.window.grab().save(str(self.folder / f"{name}-{width}x{height}@{ratio:g}-{look}.png"))

    def library(self) -> None:
        """Take the library."""
        self.take("library")

    def encounter(self) -> None:
        """Take day 28 with two CTs, the differential half laid out."""
        self.window._resume(f"{CASE}-{SEED}-1")
        wait(lambda: self.window.encounter is not None and self.window.encounter._pictures.ready)
        page = self.window.encounter
        page.panel.choose("differential")
        belief = Differential.of({disease: tokens / 20 for disease, tokens in BELIEF.items()})
        page.panel._edit(replace(page.panel.draft, differential=belief))
        self.settled = lambda: all(
            pane.canvas.frame is not None and not pane.canvas.scene.waiting
            for pane in page.room.stage.panes
            if pane.isVisible()
        )
        self.take("encounter")

    def debrief(self) -> None:
        """Take the debrief."""
        self.settled = lambda: True
        self.window.encounter.finish()
        wait(lambda: self.window.debrief is not None and self.window.debrief.debrief is not None)
        still(500)
        self.take("debrief")


def main() -> int:
    """Take the pictures that are asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="1366x768")
    parser.add_argument("--scale", type=int, default=2)
    parser.add_argument("--pages", default="library,encounter,debrief")
    arguments = parser.parse_args()
    application = QApplication([])
    sizes = [tuple(int(n) for n in size.split("x")) for size in arguments.sizes.split(",")]
    arguments.folder.mkdir(parents=True, exist_ok=True)
    theme.apply(application, "dark")
    camera = Camera(application, arguments.folder, sizes, arguments.scale)
    for page in arguments.pages.split(","):
        getattr(camera, page)()
    camera.window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
