"""The next visit: when it is, what fires before it, what it is expected to show; and the clock."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from trainer.encounter.event import CourseStarted, TestOrdered
from trainer.knowledge.statement import TRENDS, Trend
from trainer.ui.desk import Desk
from trainer.ui.step import order_words
from trainer.ui.step.draft import Draft
from trainer.ui.step.prospect import STEP_PERCENT, Prospect, moved, with_relapse
from trainer.ui.step.section import SectionView, button, column, guarded, label, scrolled
from trainer.ui.step.standing import Standing

_MOST_AHEAD = 12
_LATER = ((1, "+1 day"), (7, "+1 week"), (28, "+4 weeks"))


class ShareSlider(QSlider):
    """A share in steps of 5 %.

    Parameters
    ----------
    name : str
        Of what has the share.
    """

    moved_to = Signal(str, int)
    """Name and percent."""

    def __init__(self, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._name = name
        self.setObjectName(f"forecast_{name}")
        self.setRange(0, 100 // STEP_PERCENT)
        self.setPageStep(2)
        self.setMinimumHeight(26)
        self.valueChanged.connect(self._tell)

    def _tell(self, value: int) -> None:
        self.moved_to.emit(self._name, value * STEP_PERCENT)


class VisitSection(SectionView):
    """Day, forecast, preview; moving the clock is the panel's."""

    advance_asked = Signal()
    end_asked = Signal()
    back_asked = Signal()

    def __init__(self) -> None:
        super().__init__("visit", "Next visit")
        self._busy = False
        self.day = QSpinBox()
        self.day.setObjectName("next_day")
        self.day.setAccessibleName("Day of the next visit")
        self.day.setPrefix("day ")
        self.day.valueChanged.connect(self._choose_day)
        self.to_step = button("Next step", "next_step_day")
        self.to_step.clicked.connect(self._choose_step)
        guarded(self.day)
        self.ahead = label(name="ahead")
        self.forecast_title = label("What do you expect of it?", heading=True)
        self.told = label(name="forecast_told", dim=True)
        self.sliders: dict[str, QSlider] = {}
        self.figures: dict[str, QLabel] = {}
        self.form = QWidget()
        grid = QGridLayout(self.form)
        grid.setContentsMargins(0, 0, 0, 0)
        for row, (name, word) in enumerate(
            (*((t, t.capitalize() if t != "same" else "The same") for t in TRENDS), ("relapse", "Relapse noticed"))
        ):
            self._slider(grid, row, name, word)
        self.back = button("Go back to the last visit", "roll_back", tip="A new branch; the first keeps its score")
        self.back.clicked.connect(self.back_asked)
        self.end = button("End the case", "end_case")
        self.end.clicked.connect(self.end_asked)
        inner = QWidget()
        body = column(inner)
        body.addWidget(label("When is the next visit?", heading=True))
        days = QHBoxLayout()
        days.addWidget(self.day, 1)
        days.addWidget(self.to_step)
        body.addLayout(days)
        later = QHBoxLayout()
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._later)
        for count, text in _LATER:
            made = button(text, f"later_{count}")
            self._group.addButton(made, count)
            later.addWidget(made)
        body.addLayout(later)
        body.addWidget(label("On the way", heading=True))
        body.addWidget(self.ahead)
        body.addWidget(self.forecast_title)
        body.addWidget(self.told)
        body.addWidget(self.form)
        body.addStretch(1)
        last = QHBoxLayout()
        last.addWidget(self.back)
        last.addWidget(self.end)
        body.addLayout(last)
        self.area = scrolled(inner, "visit_area")
        column(self, 0).addWidget(self.area, 1)

    def _slider(self, grid: QGridLayout, row: int, name: str, word: str) -> None:
        slider = ShareSlider(name)
        slider.setAccessibleName(f"{word}, in %")
        guarded(slider)
        slider.moved_to.connect(self._moved)
        figure = label("", wrap=False)
        figure.setMinimumWidth(figure.fontMetrics().horizontalAdvance("100 %") + 2)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        title = label(word, wrap=False)
        title.setBuddy(slider)
        for place, widget in enumerate((title, slider, figure)):
            grid.addWidget(widget, row, place)
        self.sliders[name], self.figures[name] = slider, figure

    def start(self) -> QWidget:
        """Return the day."""
        return self.day

    def refresh(self, desk: Desk, standing: Standing, draft: Draft, /) -> None:
        """Show the day, what fires on the way, and the forecast."""
        self._busy = True
        last = standing.last or standing.over
        self.day.setEnabled(not last)
        self.day.setRange(min(standing.day + 1, standing.last_day), standing.last_day)
        self.day.setValue(draft.leading_to(standing))
        self.to_step.setText(f"Day {standing.next_day}, the next step" if not last else "Last day")
        self.to_step.setEnabled(not last)
        for made in self._group.buttons():
            made.setEnabled(not last)
        self.ahead.setText(ahead_text(desk, draft, draft.leading_to(standing)) if not last else _last_text(standing))
        self._show_forecast(standing, draft)
        self.back.setVisible(not standing.exam and bool(desk.session.now.stops))
        self.end.setVisible(not standing.over)
        self._busy = False

    def _show_forecast(self, standing: Standing, draft: Draft) -> None:
        stated = standing.forecast
        prospect = draft.prospect
        if stated is not None:
            prospect = Prospect.of(stated)
        for name, slider in self.sliders.items():
            share = 0 if prospect is None else prospect.relapse if name == "relapse" else _share(prospect, name)
            slider.setValue(round(share / STEP_PERCENT))
            slider.setEnabled(stated is None and not standing.over and (name != "relapse" or prospect is not None))
            self.figures[name].setText("?" if prospect is None else f"{share} %")
        asked = stated is not None or not (standing.last or standing.over)
        self.form.setVisible(asked)
        self.forecast_title.setVisible(asked)
        self.told.setVisible(asked)
        self.told.setText(
            "Committed; locked until the clock moves."
            if stated is not None
            else "CT and patient beside today. Better, same and worse sum to 100 %; Up and Down move one."
        )

    def _moved(self, name: str, percent: int) -> None:
        if self._busy:
            return
        was = self.draft.prospect
        made = with_relapse(was, percent) if name == "relapse" else moved(was, _trend(name), percent)
        self.edited.emit(replace(self.draft, prospect=made))

    def _choose_day(self, day: int) -> None:
        if not self._busy:
            self.edited.emit(replace(self.draft, next_day=day))

    def _choose_step(self) -> None:
        self.edited.emit(replace(self.draft, next_day=None))

    def _later(self, days: int) -> None:
        if self.standing is not None:
            self.edited.emit(replace(self.draft, next_day=min(self.standing.day + days, self.standing.last_day)))


def _trend(name: str) -> Trend:
    return next(trend for trend in TRENDS if trend == name)


def _share(prospect: Prospect, name: str) -> int:
    return prospect.percent(_trend(name))


def _last_text(standing: Standing) -> str:
    return "The case is over." if standing.over else f"{standing.ends} Order what is to follow, then end the case."


def ahead_text(desk: Desk, draft: Draft, day: int) -> str:
    """Return what fires on the way to a day: what is known, and what is queued and not yet sent."""
    library, today = desk.session.engine.library, desk.day
    fires = list(desk.session.ahead(day))
    for order in draft.orders:
        if isinstance(order, TestOrdered):
            due = order_words.due_day(order, library)
            if today < due <= day:
                fires.append((due, f"{library.tests[order.request.test].name}: result, once sent"))
        elif isinstance(order, CourseStarted):
            name = library.treatments[order.course.give].name
            begins = today
            for step in order.course.steps:
                if today < begins <= day and step.unit != "1":
                    fires.append((begins, f"{name}: {step.dose:g} {step.unit}, once sent"))
                begins += step.days
            if begins <= day:
                fires.append((begins, f"{name} ends, once sent"))
    lines = [f"Day {when}: {what}" for when, what in sorted(fires)]
    if len(lines) > _MOST_AHEAD:
        lines = [*lines[:_MOST_AHEAD], f"and {len(lines) - _MOST_AHEAD} more"]
    lines.append("The clock stops earlier if a result comes, or if the patient gets worse or calls.")
    return "\n".join(lines)
