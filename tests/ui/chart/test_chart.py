"""The chart and the strip, driven as a person would."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from tests.ui.checks import contrast, faults
from tests.ui.ribbon.playing import Clock, desk_of, do, give, go, order, played
from trainer.encounter.event import Ended
from trainer.knowledge.plan import Step
from trainer.ui import theme
from trainer.ui.chart.heading import clock, heading_of, warning
from trainer.ui.chart.table import FindingTable
from trainer.ui.chart.view import ChartView
from trainer.ui.strip import Elided, PatientStrip


@pytest.fixture(scope="module")
def desk(engine):
    return played(engine)


@pytest.fixture(params=["dark", "light"])
def view(request, qtbot, desk):
    theme.apply(QApplication.instance(), request.param)
    made = ChartView()
    qtbot.addWidget(made)
    made.resize(400, 600)
    made.show()
    made.show_desk(desk)
    return made


def table(view, name):
    return view.findChild(FindingTable, f"chart_{name}")


def texts(table):
    return [
        [table.item(r, c).text() if table.item(r, c) else "" for c in range(table.columnCount())]
        for r in range(table.rowCount())
    ]


def test_names_targets_and_contrast(view):
    assert faults(view) == []


def test_the_table_says_high_and_low_in_words(view):
    rows = {row[0].split(",")[0]: row for row in texts(table(view, "numbers"))}
    crp = rows["C-reactive protein"]
    assert any(cell.endswith("↑ high") for cell in crp) and crp[1] == "new"
    assert table(view, "numbers").horizontalHeaderItem(2).text() == "Today"


def test_everything_fits_in_its_width(view):
    assert view.minimumSizeHint().width() <= 360
    inner = view.findChild(QLabel, "chart_opening").parentWidget()
    assert inner.width() <= view.width()
    words = table(view, "words")
    assert words.horizontalHeader().length() <= words.viewport().width()


def test_a_finding_is_picked_by_double_click_and_by_enter(qtbot, view):
    numbers = table(view, "numbers")
    row = next(r for r in range(numbers.rowCount()) if numbers.item(r, 0).text().startswith("C-reactive"))
    place = numbers.visualItemRect(numbers.item(row, 0)).center()
    with qtbot.waitSignal(view.finding_picked) as told:
        qtbot.mouseClick(numbers.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(numbers.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == ["c-reactive-protein"]
    words = table(view, "words")
    words.setFocus()
    words.setCurrentCell(0, 0)
    with qtbot.waitSignal(view.finding_picked) as told:
        qtbot.keyClick(words, Qt.Key.Key_Return)
    assert told.args == [view.page.words[0].finding]


def test_the_filter_narrows_and_the_choice_stays(qtbot, view):
    line = view.findChild(QLineEdit, "chart_filter")
    qtbot.keyClicks(line, "reactive")
    assert [row[0].split(",")[0] for row in texts(table(view, "numbers"))] == ["C-reactive protein"]
    assert not view.findChild(QLabel, "chart_opening").isVisible()
    line.setText("zzzz")
    assert view.findChild(QLabel, "chart_nothing").isVisible() and not table(view, "numbers").isVisible()
    line.clear()
    assert view.findChild(QLabel, "chart_opening").isVisible() and table(view, "numbers").isVisible()


def test_the_text_is_shown_as_it_is_and_never_as_markup(qtbot, view, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(
        "trainer.ui.chart.view.page_of", lambda desk, written: replace(view.page, opening="a <b>bold</b> & lie")
    )
    view.show_desk(_Day())
    label = view.findChild(QLabel, "chart_opening")
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; lie" in label.text()


class _Day:
    day, session = 28, None


def test_pending_tests_say_their_day(qtbot, engine):
    desk = desk_of(engine)
    order(desk, "ana")
    view = ChartView()
    qtbot.addWidget(view)
    view.show_desk(desk)
    assert "Antinuclear antibodies: due day 3" in view.findChild(QLabel, "chart_pending").text()


def test_the_strip_fits_and_is_read_aloud(qtbot, desk):
    for name in ("dark", "light"):
        theme.apply(QApplication.instance(), name)
        strip = PatientStrip()
        qtbot.addWidget(strip)
        strip.resize(1366, 44)
        strip.show_desk(desk)
        strip.show()
        assert strip.sizeHint().height() == 44 and strip.minimumSizeHint().width() <= 500
        assert not any(label.elided for label in strip.findChildren(Elided) if label.isVisible())
        assert strip.findChild(QLabel, "strip_simulated").text() == "SIMULATED"
        assert strip.accessibleDescription().startswith("The wandering shadows. SIMULATED. Woman, ")
        assert "Prednisolone 40 mg" in strip.accessibleDescription()
        assert faults(strip) == []
        c = theme.COLOURS[name]
        assert min(contrast(colour, c.panel) for colour in (c.text, c.dim, c.warn, c.bad)) >= 4.5
        assert not strip.ticking


def test_what_was_not_measured_is_not_told(engine):
    desk = desk_of(engine)
    assert heading_of(desk).vitals == "Vital signs not taken today"
    order(desk, "pulse-oximetry")
    assert heading_of(desk).vitals.startswith("SpO₂ ") and "°C" not in heading_of(desk).vitals
    go(desk, 3)
    assert heading_of(desk).vitals == "Vital signs not taken today"


def test_a_long_list_of_drugs_is_elided_with_a_tool_tip(qtbot, engine):
    desk = desk_of(engine)
    for treatment in ("co-trimoxazole-prophylaxis", "calcium-vitamin-d", "alendronate", "amoxicillin", "moxifloxacin"):
        give(desk, treatment, Step(dose=1.0, unit="1", days=30))
    strip = PatientStrip()
    qtbot.addWidget(strip)
    strip.resize(900, 44)
    strip.show_desk(desk)
    strip.show()
    drugs = strip.findChild(Elided, "strip_drugs")
    assert drugs.elided and drugs.toolTip() == drugs.text() and "Moxifloxacin" in drugs.toolTip()
    assert all(label.geometry().right() <= 900 for label in strip.findChildren(Elided))


def test_the_clock_of_an_examination_ticks_tells_and_stops(qtbot, engine):
    seconds = Clock()
    desk = desk_of(engine, mode="exam", clock=seconds)
    limit = desk.session.case.minutes * 60
    strip = PatientStrip()
    qtbot.addWidget(strip)
    told = []
    strip.announced.connect(told.append)
    strip.show_desk(desk)
    assert not strip.ticking  # nobody sees it yet
    strip.show()
    assert strip.ticking and strip.findChild(Elided, "strip_clock").text() == "25:00 left"
    started = time.monotonic()
    for left in (301, 299, 61, 60, 0):
        seconds.now = limit - left
        qtbot.waitUntil(
            lambda left=left: strip.findChild(Elided, "strip_clock").text() == f"{clock(left)} left", timeout=4000
        )
    assert told == ["5 minutes left", "1 minute left", "The time is up"]
    assert time.monotonic() - started > 2.0 and not strip.ticking
    seconds.now = 0
    strip.show_desk(desk)
    strip.hide()
    assert not strip.ticking


def test_the_clock_is_gone_when_the_case_is_closed(qtbot, engine):
    desk = desk_of(engine, mode="exam")
    strip = PatientStrip()
    qtbot.addWidget(strip)
    strip.show()
    strip.show_desk(desk)
    assert strip.ticking
    do(desk, Ended(day=0))
    strip.show_desk(desk)
    assert not strip.ticking and not strip.findChild(Elided, "strip_clock").isVisible()
    assert strip.findChild(Elided, "strip_step").text() == "The case is over"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(301, 300, "5 minutes left"), (300, 299, ""), (400, 50, "1 minute left"), (61, 60, "1 minute left"),
     (1, 0, "The time is up"), (-1, -2, ""), (2000, 1999, "")],
)  # fmt: skip
def test_warnings_come_once(before, after, said):
    assert warning(before, after) == said


def test_the_theme_changes_while_it_runs(qtbot, view, desk):
    strip = PatientStrip()
    qtbot.addWidget(strip)
    strip.show_desk(desk)
    strip.show()
    for name in ("light", "dark"):
        theme.apply(QApplication.instance(), name)
        QTest.qWait(20)
        assert theme.COLOURS[name].panel in strip.styleSheet()
        assert faults(view) == [] and faults(strip) == []
