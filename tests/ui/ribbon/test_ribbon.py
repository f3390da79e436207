"""The ribbon, driven as a person would."""

import gc
import sys
import weakref
from itertools import pairwise
from subprocess import run

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableWidget, QToolButton, QVBoxLayout, QWidget

from tests.ui.checks import contrast, faults
from tests.ui.ribbon.playing import desk_of, go, order, played
from trainer.ui import theme
from trainer.ui.ribbon.ribbon import TimeRibbon


@pytest.fixture(scope="module")
def desk(engine):
    return played(engine)


@pytest.fixture
def ribbon(qtbot, desk):
    theme.apply(QApplication.instance(), "dark")
    made = TimeRibbon()
    qtbot.addWidget(made)
    made.resize(1366, 150)
    made.show_desk(desk)
    made.show()
    qtbot.waitUntil(lambda: made.body.lanes is not None)
    yield made
    made.close_plots()


def pixels(widget):
    image = widget.grab().toImage()
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return flat[:, : image.width(), :3].copy()


def button(ribbon, name):
    return ribbon.findChild(QToolButton, name)


def test_names_targets_and_contrast(ribbon):
    assert faults(ribbon) == []


def test_a_visit_is_chosen_by_its_button(qtbot, ribbon):
    with qtbot.waitSignal(ribbon.day_chosen) as told:
        qtbot.mouseClick(button(ribbon, "visit_0"), Qt.MouseButton.LeftButton)
    assert told.args == [0]


def test_days_are_chosen_by_clicking_dragging_and_keys(qtbot, ribbon):
    chosen = []
    ribbon.day_chosen.connect(chosen.append)
    body = ribbon.body
    x = {day: body.x_of(day) for day in (0, 6, 20, 28)}
    qtbot.mousePress(body, Qt.MouseButton.LeftButton, pos=QPoint(int(x[6]), 60))
    for day in (20, 28):
        at = QPointF(x[day], 60)
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, body.mapToGlobal(at), Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(body, event)
    assert chosen == [0, 28]
    qtbot.keyClick(body, Qt.Key.Key_Left)
    qtbot.keyClick(body, Qt.Key.Key_Left)
    qtbot.keyClick(body, Qt.Key.Key_Right)
    assert chosen == [0, 28, 0, 28]


def test_the_visits_on_show_are_marked(ribbon):
    ribbon.set_shown_days([28])
    assert button(ribbon, "visit_28").isChecked() and not button(ribbon, "visit_0").isChecked()
    assert button(ribbon, "visit_28").accessibleName() == "CT of day 28, today, on show"
    ribbon.set_shown_days([0, 28])
    assert button(ribbon, "visit_0").accessibleName() == "CT of day 0, on show"


def test_it_says_in_words_what_it_shows(ribbon):
    assert ribbon.accessibleDescription().startswith("Day 28 of 365. Visits: 0 with CT")
    assert ribbon.body.accessibleDescription() == ribbon.accessibleDescription()
    assert "Prednisolone" in ribbon.body.told_at(ribbon.body.x_of(10), 60)


def test_toggles_choose_the_lanes(qtbot, ribbon):
    assert ribbon.picked == ("crp", "spo2") and len(ribbon.body.lanes.lanes) == 2
    qtbot.mouseClick(button(ribbon, "plot_fvc"), Qt.MouseButton.LeftButton)
    assert len(ribbon.body.lanes.lanes) == 3
    for name in ("crp", "spo2", "fvc"):
        qtbot.mouseClick(button(ribbon, f"plot_{name}"), Qt.MouseButton.LeftButton)
    assert len(ribbon.body.lanes.lanes) == 0


def test_a_day_lies_at_the_same_place_in_the_plots(ribbon):
    body, view = ribbon.body, ribbon.body.lanes.view
    for lane in ribbon.body.lanes.lanes:
        for day in (0, 7, 28, 56):
            inside = view.viewportTransform().map(lane.box.mapViewToScene(QPointF(day, 1.0)))
            assert view.mapTo(body, QPointF(inside)).x() == pytest.approx(body.x_of(day), abs=0.5)


def test_folding_leaves_the_visits(qtbot, desk):
    page, ribbon = QWidget(), TimeRibbon()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(QWidget(), 1)
    column.addWidget(ribbon)
    page.resize(1366, 600)
    ribbon.show_desk(desk)
    page.show()
    assert ribbon.height() == 150 and button(ribbon, "plot_crp").isVisible()
    qtbot.mouseClick(button(ribbon, "ribbon_fold"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ribbon.height() == 28)
    assert ribbon.folded and button(ribbon, "visit_28").isVisible() and not button(ribbon, "plot_crp").isVisible()
    assert button(ribbon, "ribbon_fold").accessibleName() == "Unfold the ribbon"
    assert faults(ribbon) == []
    qtbot.mouseClick(button(ribbon, "ribbon_fold"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ribbon.height() == 150)
    for name in ("temperature", "fvc", "dlco"):
        qtbot.mouseClick(button(ribbon, f"plot_{name}"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: 150 < ribbon.height() < 200)
    assert ribbon.folded is False
    page.resize(1920, 1400)
    qtbot.waitUntil(lambda: ribbon.height() > 200)
    page.resize(1366, 600)
    qtbot.waitUntil(lambda: ribbon.height() < 200)
    ribbon.close_plots()


def test_the_table_has_the_same_and_can_be_copied(qtbot, ribbon):
    qtbot.mouseClick(button(ribbon, "ribbon_table_toggle"), Qt.MouseButton.LeftButton)
    table = ribbon.findChild(QTableWidget, "ribbon_table")
    assert table.isVisible() and table.rowCount() == len(ribbon.timeline.rows())
    ribbon.copy_table()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == ["Day", "Week", "Kind", "What", "Details"] and len(lines) == table.rowCount() + 1


def test_the_theme_changes_while_it_runs(qtbot, ribbon):
    for name in ("light", "dark"):
        theme.apply(QApplication.instance(), name)
        QTest.qWait(20)
        ground = QColor(theme.COLOURS[name].ground)
        seen = pixels(ribbon.body)
        there = (seen == (ground.blue(), ground.green(), ground.red())).all(axis=2)
        assert there.mean() > 0.4
        top, height = ribbon.body.lanes.y(), ribbon.body.lanes.height()
        assert there[top : top + height].mean() > 0.4


def test_showing_the_same_again_changes_nothing_and_a_new_day_does(qtbot, engine):
    desk = desk_of(engine)
    order(desk, "thin-section-ct", "crp")
    ribbon = TimeRibbon()
    qtbot.addWidget(ribbon)
    ribbon.show_desk(desk)
    before = ribbon.timeline
    ribbon.show_desk(desk)
    assert ribbon.timeline is before
    go(desk, 7)
    order(desk, "thin-section-ct")
    ribbon.show_desk(desk)
    assert ribbon.timeline.scan_days == (0, 7) and button(ribbon, "visit_7") is not None


def test_more_than_ten_cts_keep_their_targets(qtbot, engine):
    desk = desk_of(engine)
    for day in range(0, 24, 2):
        go(desk, day)
        order(desk, "thin-section-ct")
    go(desk, 300)
    ribbon = TimeRibbon()
    qtbot.addWidget(ribbon)
    ribbon.resize(1366, 150)
    ribbon.show_desk(desk)
    ribbon.show()
    buttons = [button(ribbon, f"visit_{day}") for day in range(0, 24, 2)]
    places = [b.geometry() for b in buttons]
    assert all(p.width() >= 24 and p.height() >= 24 for p in places)
    assert all(not a.intersects(b) for a, b in pairwise(places))


def test_nothing_of_the_plots_stays_behind(qtbot, desk):
    ribbon = TimeRibbon()
    ribbon.show_desk(desk)
    ribbon.show()
    qtbot.waitUntil(lambda: ribbon.body.lanes is not None)
    lanes = ribbon.body.lanes
    left = [weakref.ref(one) for one in (ribbon, lanes, lanes.view, *lanes.lanes, *(lane.box for lane in lanes.lanes))]
    assert len(left) == 7
    del lanes
    widgets = {id(w) for w in QApplication.topLevelWidgets()}
    ribbon.close()
    ribbon.deleteLater()
    ribbon = None
    QTest.qWait(10)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [one() for one in left if one() is not None] == []
    assert {id(w) for w in QApplication.topLevelWidgets()} <= widgets


@pytest.mark.parametrize("name", ["dark", "light"])
def test_text_on_what_is_filled_can_be_read(name):
    c = theme.COLOURS[name]
    assert contrast(c.on_accent, c.accent) >= 4.5
    ground, bar = QColor(c.ground), QColor(c.good)
    for share in (80 / 255, 40 / 255):  # of a bar's colour over the ground
        mixed = QColor.fromRgbF(
            *(share * b + (1 - share) * g for b, g in zip(bar.getRgbF()[:3], ground.getRgbF()[:3], strict=True))
        )
        assert contrast(c.text, mixed) >= 4.5


def test_what_is_seen_is_where_its_day_is(ribbon):
    """The dose strip is filled on the days of the dose, pale on those to come, and nowhere before."""
    body = ribbon.body
    seen = pixels(body).astype(int)
    top, height = body.rows.doses
    row = int(top + height - 2)
    ground = QColor(theme.COLOURS["dark"].ground)
    far = np.abs(seen[row] - (ground.blue(), ground.green(), ground.red())).sum(axis=1)
    before, on, ahead = (far[int(body.x_of(day))] for day in (4, 20, 45))
    assert before < 10 < ahead < on


def test_the_ribbon_takes_the_keys(ribbon):
    ribbon.setFocus()
    assert QApplication.focusWidget() is ribbon.body or not ribbon.isActiveWindow()


def test_pyqtgraph_is_loaded_with_the_plots_and_not_before():
    code = "import sys, trainer.ui.ribbon.ribbon; sys.exit('pyqtgraph' in sys.modules)"
    assert run([sys.executable, "-c", code]).returncode == 0
