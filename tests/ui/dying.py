"""A window that plays until it is killed: `python -m tests.ui.dying HOME`; it says each event once it is shown."""

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.records.kept import shelf_in
from tests.ui.shots import wait
from trainer.encounter.event import BeliefStated, TestOrdered
from trainer.knowledge.plan import Request
from trainer.knowledge.statement import Belief
from trainer.ui.library.catalogue import StartRequest
from trainer.ui.preference import Preferences
from trainer.ui.window import MainWindow

application = QApplication([])
window = MainWindow(shelf_in(Path(sys.argv[1])), Preferences(), scale=4)
window.show()
window.library.start_asked.emit(StartRequest("wandering-shadows", 1, "tutor", 1.0, "default"))
wait(lambda: window.encounter is not None and window.encounter.desk is not None)
page = window.encounter
for command in (
    TestOrdered(request=Request(test="crp", day=0)),
    TestOrdered(request=Request(test="history-drugs", day=0)),
    BeliefStated(belief=Belief(day=0, shares={"cop": 0.6, "other": 0.4})),
):
    page.submit([command])
    application.processEvents()
    print(len(page.desk.run.events), flush=True)
page.panel.choose("evidence")
print("half done", flush=True)
application.exec()
