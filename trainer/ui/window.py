"""The window on one patient.

Crude: one case, one pane, one treatment to order. It shows that everything is connected.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from trainer.chest.anatomy.build import BuildCancelled, anatomy_of
from trainer.chest.anatomy.model import Anatomy
from trainer.chest.display import WINDOWS, window_level
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.chest.warming import is_warm, warm
from trainer.core.chance import key_of
from trainer.core.error import AtollError
from trainer.encounter.event import Advance, Command, CourseStarted
from trainer.encounter.session import Rejected, Session, sealed
from trainer.knowledge.plan import Course, Step
from trainer.records.run_file import write_run
from trainer.ui.viewer import SliceView
from trainer.ui.work import Worker

_ADVANCE_DAYS = 28
_ORDERS = {
    "Prednisolone 0.75 mg/kg for 4 weeks": ("prednisolone", 0.75, "mg/kg", 28),
    "Prednisolone 20 mg for 4 weeks": ("prednisolone", 20.0, "mg", 28),
    "Co-amoxiclav for 10 days": ("co-amoxiclav", 1.0, "1", 10),
}


@dataclass(frozen=True)
class _Picture:
    """A slice as it goes from the worker to the pane."""

    grey: np.ndarray
    caption: str
    count: int
    day: int
    index: int


class MainWindow(QMainWindow):
    """A patient, the CT of today, one order, the clock and the score."""

    def __init__(self, session: Session, scale: int = 1) -> None:
        super().__init__()
        self._session = session
        self._scale = scale
        self._worker = Worker(self)
        self._anatomy: Anatomy | None = None
        self._series: dict[int, Series] = {}
        self._asked: tuple[int, int] | None = None
        self.setWindowTitle(f"Atoll: {session.case.title}")
        self.setObjectName("main_window")
        self._view = SliceView()
        self._slider = QSlider(Qt.Orientation.Vertical)
        self._slider.setObjectName("slice_slider")
        self._slider.setAccessibleName("Slice")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._opening = self._label("opening", session.opening)
        self._state = self._label("state", "")
        self._news = self._label("news", "")
        self._order = QComboBox()
        self._order.setObjectName("order_choice")
        self._order.setAccessibleName("Order")
        self._order.addItems(list(_ORDERS))
        self._give = self._button("give_order", "Order", self.give_order)
        self._advance = self._button("advance", f"Advance {_ADVANCE_DAYS} days", self.advance)
        self._save = self._button("save_run", "Save the run...", self._ask_where)
        self._lay_out()
        self._slider.valueChanged.connect(self._ask_slice)
        self._view.scrolled.connect(lambda steps: self._slider.setValue(self._slider.value() + steps))
        self._worker.progressed.connect(lambda share: self._bar.setValue(round(1000 * share)))
        self._show_patient()
        self._set_ready(ready=False)
        if not is_warm():
            self.statusBar().showMessage("First run: compiling the chest for this machine (a minute or two, once)")
        self._worker.run(self._build, self._begin, self._complain)

    @staticmethod
    def _label(name: str, text: str) -> QLabel:
        label = QLabel(text)
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    @staticmethod
    def _button(name: str, text: str, action: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setMinimumHeight(28)
        button.clicked.connect(action)
        return button

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        form = QFormLayout()
        form.addRow("&Order", self._order)
        above: tuple[QWidget, ...] = (self._opening, self._state)
        below: tuple[QWidget, ...] = (self._give, self._advance, self._news, self._save)
        for widget in above:
            side.addWidget(widget)
        side.addLayout(form)
        for widget in below:
            side.addWidget(widget)
        side.addStretch(1)
        side.addWidget(self._bar)
        panel = QWidget()
        panel.setLayout(side)
        panel.setFixedWidth(380)
        row = QHBoxLayout()
        row.addWidget(self._view, 1)
        row.addWidget(self._slider)
        row.addWidget(panel)
        middle = QWidget()
        middle.setLayout(row)
        self.setCentralWidget(middle)

    @property
    def view(self) -> SliceView:
        """The pane."""
        return self._view

    @property
    def ready(self) -> bool:
        """Whether the chest is there and orders are taken."""
        return self._advance.isEnabled()

    def _set_ready(self, *, ready: bool) -> None:
        for widget in (self._give, self._advance, self._save, self._slider):
            widget.setEnabled(ready)
        self._bar.setVisible(not ready)

    def _build(self) -> Anatomy:
        warm()
        return anatomy_of(self._session.person, self._worker.progressed.emit, self._worker.stopping, self._scale)

    def _begin(self, anatomy: Anatomy) -> None:
        self._anatomy = anatomy
        self._set_ready(ready=True)
        self.statusBar().clearMessage()
        self._open_today()

    def _open_today(self) -> None:
        day = self._session.now.day
        assert self._anatomy is not None
        key = key_of("visit", self._session.person.key, day)
        self._series[day] = Series(self._anatomy, self._session.chest(day), Protocol(), key)
        count = self._series[day].count
        middle = self._slider.value() if self._slider.maximum() == count - 1 else count // 2
        self._slider.blockSignals(True)
        self._slider.setRange(0, count - 1)
        self._slider.setValue(middle)
        self._slider.blockSignals(False)
        self._ask_slice(middle)

    def _ask_slice(self, index: int) -> None:
        day = self._session.now.day
        self._asked = (day, index)
        series = self._series.get(day)
        if series is not None:
            self._worker.run(lambda: self._picture(series, day, index), self._show_slice, self._complain)

    def _picture(self, series: Series, day: int, index: int) -> _Picture | None:
        if self._asked != (day, index):
            return None
        grey = window_level(series.slice(index), *WINDOWS["lung"])
        return _Picture(
            grey, f"day {day}   z {series.position_mm(index):.0f} mm   lung -600/1500", series.count, day, index
        )

    def _show_slice(self, picture: _Picture | None) -> None:
        if picture is not None and self._asked == (picture.day, picture.index):
            self._view.show_picture(picture.grey, picture.caption)

    def give_order(self) -> None:
        """Start the treatment that is chosen, today."""
        give, dose, unit, days = _ORDERS[self._order.currentText()]
        step = Step.model_validate({"dose": dose, "unit": unit, "days": days})
        today = self._session.now.day
        self._submit(CourseStarted(course=Course(give=give, day=today, steps=(step,))))

    def advance(self) -> None:
        """Move the clock on and show the CT of the new day."""
        today = self._session.now.day
        last = self._session.case.last_day
        if self._submit(Advance(to_day=min(today + _ADVANCE_DAYS, last), stops="urgent")):
            self._open_today()

    def _submit(self, command: Command) -> bool:
        answer = self._session.submit(command)
        self._show_patient()
        if isinstance(answer, Rejected):
            self.statusBar().showMessage(answer.reason)
        return not isinstance(answer, Rejected)

    def _show_patient(self) -> None:
        now = self._session.now
        seen = self._session.vitals()
        given = "; ".join(f"{c.give} from day {c.day}" for c in now.courses) or "nothing yet"
        self._state.setText(
            f"<b>Day {now.day}</b><br>{seen['temperature_c']:.1f} degrees, CRP {seen['crp_mg_l']:.0f} mg/L, "
            f"SpO2 {seen['spo2_percent']:.0f} %, FVC {seen['fvc_percent']:.0f} %<br>Given: {given}"
        )
        told = [one.text for _, day, why in now.stops if day == now.day for one in why]
        self._news.setText("<br>".join(told))

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the run", "run.json", "Runs (*.json)")
        if name:
            self.save(Path(name))

    def save(self, path: Path) -> None:
        """Save the run into a file."""
        try:
            write_run(path, sealed(self._session))
        except AtollError as error:
            self._complain(error)
        else:
            self.statusBar().showMessage(f"saved in {path}")

    def _complain(self, error: Exception) -> None:
        if not isinstance(error, BuildCancelled):
            self.statusBar().showMessage(f"{error}")

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stop the worker before the window goes."""
        self._worker.close()
        super().closeEvent(event)
