"""A desk on the classic case, and the panel on it, as the page joins them."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt

from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.ui.desk import Desk
from trainer.ui.theme import apply


def desk_of(engine, mode="tutor", seed=3, case="wandering-shadows"):
    read = read_case(case, library())
    header = Header(case=read.id, version=read.version, seed=seed, mode=mode)
    return Desk(Session(engine, read, Run(header=header)), lambda run: None, lambda: 0)


@pytest.fixture
def desk(engine):
    return desk_of(engine)


@pytest.fixture(autouse=True)
def worn(qapp):
    """The theme as the application wears it; the sizes of things depend on it."""
    apply(qapp, "dark")


class Bench:
    """A panel on a desk."""

    def __init__(self, qtbot, desk):
        from trainer.ui.step.panel import StepPanel

        self.qtbot, self.desk = qtbot, desk
        self.panel = StepPanel()
        self.panel.submitted.connect(self.submit)
        self.panel.resize(400, 560)
        self.panel.show()
        self.panel.show_desk(self.desk)

    def submit(self, wanted):
        reasons = [reason for command in wanted if (reason := self.desk.submit(command)) is not None]
        for reason in reasons:
            self.panel.refused(reason)
        self.panel.show_desk(self.desk)

    def close(self):
        """Let the panel go at once: hundreds of widgets that wait for an event loop make every theme slow."""
        self.panel.close()
        self.panel.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def open(self, section):
        self.panel.choose(section)
        return self.panel.sections[section]

    def type(self, line, text):
        self.qtbot.keyClicks(line, text)
        self.qtbot.keyClick(line, Qt.Key.Key_Return)

    def order(self, *words):
        section = self.open("orders")
        for word in words:
            self.type(section.search.line, word)

    @property
    def next(self):
        return self.panel.next.text()

    @property
    def kinds(self):
        return [event.kind for event in self.desk.session.run.events]


@pytest.fixture
def bench(qtbot, desk):
    made = Bench(qtbot, desk)
    yield made
    made.close()


@pytest.fixture
def exam(qtbot, engine):
    made = Bench(qtbot, desk_of(engine, "exam"))
    yield made
    made.close()
