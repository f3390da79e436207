"""At its smallest, and with long words, nothing of the panel is cut off, and the keyboard reaches all of it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSlider,
    QWidget,
)

from trainer.ui.step.lungs import Lungs
from trainer.ui.step.need import SECTIONS
from trainer.ui.step.taper_curve import TaperCurve
from trainer.ui.theme import apply

CONTROLS = (QAbstractButton, QLabel, QLineEdit, QAbstractSpinBox, QComboBox, QSlider, QAbstractItemView)
KEYED = (QAbstractButton, QLineEdit, QAbstractSpinBox, QComboBox, QSlider, QAbstractItemView, Lungs, TaperCurve)


def shown(panel, kinds):
    inner = (QLineEdit, QAbstractItemView, QAbstractButton)
    return [
        one
        for one in panel.findChildren(QWidget)
        if isinstance(one, kinds)
        and one.isVisible()
        and one.objectName() != "qt_spinbox_lineedit"
        and not isinstance(one.parent(), (QLineEdit, QComboBox, QAbstractItemView) if isinstance(one, inner) else ())
    ]


def faults(panel):
    """Return the controls that are cut off at the right or squeezed below what they need."""
    found = []
    for one in shown(panel, CONTROLS):
        at = one.mapTo(panel, one.rect().topRight())
        if at.x() > panel.width() or one.mapTo(panel, one.rect().topLeft()).x() < 0:
            found.append((one.objectName() or one, "beyond the edge", at.x()))
        need = one.minimumSizeHint()
        if one.width() < need.width() and not isinstance(one, QAbstractItemView | QComboBox):
            found.append((one.objectName() or one.text(), "too narrow", one.width(), need.width()))
        if isinstance(one, QLabel) and one.wordWrap() and one.height() < one.heightForWidth(one.width()) - 1:
            found.append((one.objectName() or one.text(), "cut below", one.height(), one.heightForWidth(one.width())))
        if isinstance(one, QAbstractSpinBox):
            words = one.fontMetrics().horizontalAdvance(one.text())
            if one.lineEdit().width() < words or one.lineEdit().height() < one.fontMetrics().ascent():
                found.append((one.objectName(), "its figure is cut", one.lineEdit().size(), words))
        if isinstance(one, QAbstractButton) and min(one.width(), one.height()) < 24:
            found.append((one.objectName(), "too small a target", one.width(), one.height()))
    areas = [area for area in panel.findChildren(QScrollArea) if area.isVisible() and area.widget() is not None]
    return found + [
        (area.objectName(), "wider than its area", area.widget().width(), area.viewport().width())
        for area in areas
        if area.widget().width() > area.viewport().width()
    ]


@pytest.fixture
def busy(bench):
    """A panel with much in it: results, a signed read, four diseases, evidence, a queue, a running course."""
    bench.order("HRCT", "CRP", "FBC", "autoantibodies", "BAL", "myositis panel")
    bench.panel.send_orders()
    bench.open("differential")
    for word in ("COP", "antisynthetase", "nitrofurantoin lung", "angioinvasive", "UIP flare"):
        bench.type(bench.panel.sections["differential"].search.line, word)
    bench.type(bench.panel.sections["differential"].row("cop").box, "9")
    section = bench.open("evidence")
    for row in range(3):
        section.chart.setCurrentRow(row)
        bench.qtbot.keyClick(section.chart, "+")
    bench.order("vital signs", "whole-body PET")
    section = bench.open("orders")
    section.sets.setCurrentIndex(section.sets.findData("steroid-protection"))
    section.add_set.click()
    return bench


@pytest.mark.parametrize("size", [(360, 560), (400, 560), (460, 900)])
@pytest.mark.parametrize("section", SECTIONS)
def test_nothing_is_cut_off(busy, section, size):
    panel = busy.panel
    panel.resize(*size)
    panel.choose(section)
    panel.tell(
        "Still missing: how the CT compares with day 0; 11 tokens on nothing yet. Commit again to go on without."
    )
    QApplication.processEvents()
    QApplication.processEvents()
    assert (panel.width(), panel.height()) == size, "the panel asks for more than it may have"
    assert faults(panel) == []


def test_going_back_and_ending_stand_right_below_the_forecast(busy):
    busy.panel.resize(400, 560)
    section = busy.open("visit")
    QApplication.processEvents()
    inner = section.area.widget()
    assert inner.height() <= inner.heightForWidth(inner.width()) + 1, "empty space to scroll through"


@pytest.mark.parametrize("size", [(360, 560), (460, 900)])
def test_nothing_of_the_taper_is_cut_off(bench, size):
    bench.order("prednisolone")
    bench.panel.resize(*size)
    editor = bench.panel.sections["orders"].dose.editor
    editor.templates.setCurrentIndex(2)
    editor.templates.activated.emit(2)
    QApplication.processEvents()
    assert (bench.panel.width(), bench.panel.height()) == size
    assert faults(bench.panel) == []


def test_larger_text_asks_for_no_more_width(qtbot, busy):
    apply(QApplication.instance(), "dark", 1.3)
    for section in SECTIONS:
        busy.panel.resize(460, 700)
        busy.panel.choose(section)
        QApplication.processEvents()
        assert busy.panel.width() == 460
        assert [fault for fault in faults(busy.panel) if "cut below" not in fault] == []


@pytest.mark.parametrize("section", SECTIONS)
def test_the_tab_key_reaches_every_control(busy, section):
    panel = busy.panel
    panel.choose(section)
    panel.activateWindow()
    QApplication.processEvents()
    wanted = {one for one in shown(panel, KEYED) if one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus}
    seen, now = set(), panel.tabs["chart"]
    while now not in seen:
        seen.add(now)
        now = now.nextInFocusChain()
    assert wanted <= seen
    unreachable = [
        one.objectName()
        for one in shown(panel, KEYED)
        if one.isEnabled() and not one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert unreachable == []


def test_every_control_has_a_name_to_be_found_and_read_out_by(busy):
    for section in SECTIONS:
        busy.panel.choose(section)
        for one in shown(busy.panel, KEYED):
            assert one.objectName(), one
            assert one.accessibleName(), one.objectName()
