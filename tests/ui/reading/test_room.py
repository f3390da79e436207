"""The reading room driven as a person would: mouse, wheel and keys, on synthetic pictures."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QSpinBox, QToolButton

from tests.ui.reading.fake import SHIFT, FakePictures, scan
from trainer.knowledge.statement import Mark
from trainer.ui.reading.room import ReadingRoom
from trainer.ui.reading.tool import Tool
from trainer.ui.shortcut import SHORTCUTS, prefer

PRIOR, CURRENT = ("", 0), ("", 14)
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
PLAIN, SHIFT_KEY = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def pictures(qapp):
    return FakePictures()


@pytest.fixture
def room(qtbot, pictures):
    made = ReadingRoom(pictures)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.clear_marks_sign_choices([("consolidation", "Consolidation"), ("nodule", "Nodule")])
    made.set_scans([scan(0), scan(14)], 14)
    made.stage.focus_picture()
    QApplication.processEvents()
    return made


def state(room, n=1):
    return room.stage.views.panes[n]


def canvas(room, n=1):
    return room.stage.panes[n].canvas


def wheel(widget, notches, modifiers=PLAIN, at=None):
    at = QPointF(at or widget.rect().center())
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def drag(widget, button, start, end, modifiers=PLAIN):
    QTest.mousePress(widget, button, modifiers, start)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(widget, start + (end - start) * share)
    QTest.mouseRelease(widget, button, modifiers, end)


def key(room, what, modifiers=PLAIN):
    QTest.keyClick(room.focusWidget(), what, modifiers)


def press(room, name):
    QTest.mouseClick(room.findChild(QToolButton, name), LEFT)


def on_screen(widget, row, column):
    x, y = widget.geometry_now.screen_of(row, column)
    return QPoint(round(x), round(y))


def test_prior_and_current_open_side_by_side(room, pictures):
    assert [pane.scan for pane in room.stage.views.panes] == [PRIOR, CURRENT]
    assert room.shown_days == (0, 14) and room.stage.views.active == 1
    assert [ask.scan for ask in pictures.wanted] == [CURRENT, PRIOR]
    for n, day in ((0, "Day 0"), (1, "Day 14")):
        said = canvas(room, n).accessibleDescription()
        assert day in said and "SIMULATED" in said and "slice" in said
    assert canvas(room).pixels is None or canvas(room).pixels.std() > 0


def test_the_wheel_scrolls_linked_visits(room):
    wheel(canvas(room), 4)
    assert state(room).index == 34 and state(room, 0).index == 34 - SHIFT
    key(room, Qt.Key.Key_L)
    wheel(canvas(room), -2)
    assert state(room).index == 32 and state(room, 0).index == 34 - SHIFT


def test_keys_scroll(room):
    index = state(room).index
    for what, wanted in ((Qt.Key.Key_Up, index + 1), (Qt.Key.Key_PageUp, index + 11), (Qt.Key.Key_Down, index + 10),
                         (Qt.Key.Key_PageDown, index), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 59)):  # fmt: skip
        key(room, what)
        assert state(room).index == wanted
    room.stage.panes[1].slider.setValue(12)
    assert state(room).index == 12


def test_left_drag_windows_and_buttons_show_the_numbers(room):
    before = state(room)
    drag(canvas(room), LEFT, QPoint(200, 200), QPoint(260, 240))
    assert state(room).width_hu > before.width_hu and state(room).level_hu > before.level_hu
    assert room.findChild(QSpinBox, "width_hu").value() == round(state(room).width_hu)
    key(room, Qt.Key.Key_2)
    assert (state(room).level_hu, state(room, 0).width_hu) == (40, 400)
    button = room.findChild(QToolButton, "preset_lung")
    assert button.text() == "1 lung −600/1500" and not button.isChecked()
    press(room, "preset_lung")
    assert state(room).level_hu == -600 and button.isChecked()
    room.findChild(QSpinBox, "level_hu").setValue(-500)
    assert state(room).level_hu == -500


def test_window_by_keys(room):
    before = state(room)
    key(room, Qt.Key.Key_Right, SHIFT_KEY)
    key(room, Qt.Key.Key_Up, SHIFT_KEY)
    assert state(room).width_hu > before.width_hu and state(room).level_hu < before.level_hu
    key(room, Qt.Key.Key_I)
    assert state(room).inverted
    key(room, Qt.Key.Key_R)
    assert state(room) == before


@pytest.mark.parametrize(("button", "modifiers"), [(MIDDLE, PLAIN), (LEFT, SHIFT_KEY)])
def test_pan(room, button, modifiers):
    there = canvas(room)
    pixel = there.geometry_now.pixel_at(300, 300)
    drag(there, button, QPoint(300, 300), QPoint(340, 280), modifiers)
    assert there.geometry_now.pixel_at(340, 280) == pytest.approx(pixel)
    assert state(room, 0).pan_mm == state(room).pan_mm


def test_pan_and_zoom_by_keys(room):
    key(room, Qt.Key.Key_Left, CTRL)
    assert state(room).pan_mm[0] < 0
    key(room, Qt.Key.Key_Plus)
    assert state(room).zoom == pytest.approx(1.25)
    key(room, Qt.Key.Key_Minus)
    key(room, Qt.Key.Key_0)
    assert state(room).zoom == 1.0 and state(room).pan_mm == (0.0, 0.0)


def test_right_drag_and_ctrl_wheel_zoom_about_the_pointer(room):
    there = canvas(room)
    pixel = there.geometry_now.pixel_at(250, 220)
    wheel(there, 3, CTRL, QPoint(250, 220))
    assert state(room).zoom > 1.2 and there.geometry_now.pixel_at(250, 220) == pytest.approx(pixel)
    drag(there, RIGHT, QPoint(250, 220), QPoint(250, 150))
    assert state(room).zoom > 1.6 and there.geometry_now.pixel_at(250, 220) == pytest.approx(pixel)


def test_layouts_and_maximise(room, pictures):
    for name, wanted in (("layout_1x1", 1), ("layout_2x2", 4), ("layout_mpr", 3), ("layout_1x2", 2)):
        press(room, name)
        assert len(room.stage.views.visible) == wanted
        assert sum(pane.isVisible() for pane in room.stage.panes) == wanted
    assert (CURRENT, "lung") in pictures.wholes
    QTest.mouseDClick(canvas(room, 0), LEFT)
    assert room.stage.views.visible == (0,) and room.stage.panes[0].isVisible() and not room.stage.panes[1].isVisible()
    key(room, Qt.Key.Key_Return)
    assert len(room.stage.views.visible) == 2


def test_panes_are_stepped_through_by_keys(room):
    key(room, Qt.Key.Key_Left)
    assert room.stage.views.active == 0 and canvas(room, 0).hasFocus()
    key(room, Qt.Key.Key_Right)
    assert room.stage.views.active == 1 and canvas(room, 1).active and not canvas(room, 0).active


def test_three_planes_cut_one_another(room):
    press(room, "layout_mpr")
    assert {len(canvas(room, n).scene.lines) for n in range(3)} == {2}
    key(room, Qt.Key.Key_X)
    assert canvas(room, 0).scene.lines == ()


def test_locate_brings_the_other_panes_along(room):
    press(room, "layout_mpr")
    press(room, "tool_locate")
    there = canvas(room, 0)
    QTest.mouseClick(there, LEFT, PLAIN, on_screen(there, 12, 50))
    assert (state(room, 1).index, state(room, 2).index) == (12, 50)
    assert canvas(room, 1).scene.crosshair is not None


def test_a_slice_that_is_not_ready_never_blocks(room, pictures, qtbot):
    pictures.absent.update({(CURRENT, n) for n in range(31, 60)})
    wheel(canvas(room), 5)
    scene = canvas(room).scene
    assert scene.waiting and canvas(room).frame.ask.index == 30 and "stands in" in scene.corners.bottom_left[0]
    assert "being drawn" in canvas(room).accessibleDescription()
    room.grab()
    dim = canvas(room).pixels.copy()
    turn = canvas(room).turn
    qtbot.waitUntil(lambda: canvas(room).turn > turn + 1, timeout=2000)
    pictures.arrive(state(room).ask)
    assert not canvas(room).scene.waiting
    room.grab()
    assert (canvas(room).pixels & 0xFF).max() > 1.5 * (dim & 0xFF).max()
    assert not room.stage._spin.isActive()


def test_nothing_can_be_measured_in_a_slice_that_stands_in(room, pictures):
    pictures.absent.update({(CURRENT, n) for n in range(31, 60)})
    wheel(canvas(room), 5)
    press(room, "tool_mark")
    QTest.mouseClick(canvas(room), LEFT, PLAIN, QPoint(200, 200))
    assert room.marks(14) == ()
    assert "still being drawn" in room.findChild(QLabel, "room_hint").text()


def test_flicker_by_space(room):
    here = state(room)
    key(room, Qt.Key.Key_Space)
    assert state(room).scan == PRIOR and state(room).index == here.index - SHIFT
    assert canvas(room).scene.flicker and room.findChild(QToolButton, "do_flicker").isChecked()
    key(room, Qt.Key.Key_Space)
    assert state(room) == here


def test_cine_runs_and_stops(room, qtbot):
    room.findChild(QSpinBox, "cine_fps").setValue(40)
    index = state(room).index
    key(room, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: state(room).index > index + 3, timeout=3000)
    press(room, "do_cine")
    stopped = state(room).index
    qtbot.wait(120)
    assert state(room).index == stopped


def test_distance_by_drag_and_by_clicks(room):
    there = canvas(room)
    key(room, Qt.Key.Key_D)
    start, end = on_screen(there, 10, 10), on_screen(there, 10, 30)
    drag(there, LEFT, start, end)
    assert float(there.scene.lines[0].text.split()[0]) == pytest.approx(30.0, abs=0.2)
    QTest.mouseClick(there, LEFT, PLAIN, on_screen(there, 40, 10))
    assert there.scene.pending is not None
    QTest.mouseClick(there, LEFT, PLAIN, on_screen(there, 40, 50))
    assert float(there.scene.lines[1].text.split()[0]) == pytest.approx(60.0, abs=0.2)
    assert there.scene.pending is None
    key(room, Qt.Key.Key_Z, CTRL)
    assert len(there.scene.lines) == 1
    wheel(there, 1)
    assert there.scene.lines == ()


def test_density_of_a_region(room):
    there = canvas(room)
    press(room, "tool_region")
    drag(there, LEFT, on_screen(there, 22, 12), on_screen(there, 28, 18))
    lines = there.scene.ovals[0].lines
    assert lines[0] == "mean 100 SD 0 HU" and lines[1] == "min 100 max 100" and lines[2].endswith("mm²")


def test_a_mark_by_mouse(room, qtbot):
    there = canvas(room)
    press(room, "tool_mark")
    with qtbot.waitSignal(room.marks_changed):
        QTest.mouseClick(there, LEFT, PLAIN, on_screen(there, 25, 15))
    press(room, "rating_4")
    sign = room.findChild(QComboBox, "mark_sign")
    sign.setCurrentIndex(1)
    sign.activated.emit(1)
    mark = room.marks(14)[0]
    assert (mark.rating, mark.sign) == (4, "consolidation")
    place = there.frame.place_mm(25, 15)
    assert (mark.z_mm, mark.y_mm, mark.x_mm) == pytest.approx(place, abs=0.6)
    assert room.marks(0) == ()
    QTest.mouseClick(there, LEFT, PLAIN, on_screen(there, 25, 15))
    assert len(room.marks(14)) == 1
    press(room, "do_undo")
    assert room.marks(14)[0].sign is None
    press(room, "do_redo")
    press(room, "delete_mark")
    assert room.marks(14) == ()


def test_a_mark_by_keyboard_alone(room):
    key(room, Qt.Key.Key_M)
    assert room.tool is Tool.MARK and room.marks(14) == ()
    for _ in range(4):
        key(room, Qt.Key.Key_Right, ALT)
    key(room, Qt.Key.Key_M)
    assert len(room.marks(14)) == 1
    key(room, Qt.Key.Key_4)
    assert room.marks(14)[0].rating == 4
    key(room, Qt.Key.Key_Return)
    assert canvas(room).hasFocus()
    key(room, Qt.Key.Key_Z, CTRL)
    assert room.marks(14)[0].rating == 3
    key(room, Qt.Key.Key_Escape)
    key(room, Qt.Key.Key_Escape)
    assert room.tool is Tool.WINDOW


def test_a_distance_by_keyboard_alone(room):
    key(room, Qt.Key.Key_D)
    key(room, Qt.Key.Key_D)
    for _ in range(5):
        key(room, Qt.Key.Key_Down, ALT)
    key(room, Qt.Key.Key_D)
    assert float(canvas(room).scene.lines[0].text.split()[0]) == pytest.approx(
        30 / canvas(room).geometry_now.scale, abs=0.1
    )


def test_what_became_of_an_opacity_gives_nothing_away(room, pictures):
    there = canvas(room, 0)
    key(room, Qt.Key.Key_G)
    for row in (25, 50):
        QTest.mouseClick(there, LEFT, PLAIN, on_screen(there, row, 15))
    seen = [(dot.text, dot.kind) for dot in there.scene.dots]
    for (_, _, then), label in zip(pictures.searched, (7, None), strict=True):
        then(label)
    assert [(dot.text, dot.kind) for dot in there.scene.dots] == seen
    press(room, "change_resolved")
    assert room.changes(14) == {}
    QTest.mouseClick(there, LEFT, PLAIN, on_screen(there, 25, 15))
    press(room, "change_smaller")
    assert room.changes(14) == {"7": "smaller"} and room.changes(0) == {}
    assert pictures.searched[0][0] == PRIOR


def test_a_late_answer_about_an_opacity_counts(room, pictures, qtbot):
    key(room, Qt.Key.Key_G)
    key(room, Qt.Key.Key_G)
    key(room, Qt.Key.Key_4)
    assert room.changes(14) == {}
    with qtbot.waitSignal(room.marks_changed):
        pictures.searched[0][2](3)
    assert room.changes(14) == {"3": "larger"}


def test_one_ct_has_no_changes(qtbot, room):
    room.set_scans([scan(0)], 0)
    key(room, Qt.Key.Key_G)
    room.do("change")
    assert room.changes(0) == {} and "two CTs" in room.findChild(QLabel, "room_hint").text()


def test_signed_marks_stay(room):
    room.use(Tool.MARK)
    room.use(Tool.MARK)
    room.lock(14)
    room.reader.delete()
    room.reader.rate(1)
    room.do("undo")
    room.stage.focus_picture()
    room.use(Tool.MARK)
    QTest.mouseClick(canvas(room), LEFT, PLAIN, QPoint(100, 100))
    assert [mark.rating for mark in room.marks(14)] == [3]
    assert canvas(room).scene.dots[0].locked
    assert "signed" in room.findChild(QLabel, "room_hint").text()


def test_signed_marks_of_a_resumed_run_are_shown(room):
    mark = Mark(x_mm=0.0, y_mm=0.0, z_mm=canvas(room).frame.origin_mm[0], rating=2, sign="nodule")
    room.lock(14, [mark])
    room.lock(14, [mark, mark])
    assert room.marks(14) == (mark,)
    dot = canvas(room).scene.dots[0]
    assert dot.locked and dot.text == "2 possible nodule"


def test_what_was_set_down_in_a_ct_that_has_gone_is_forgotten(room, qtbot):
    room.use(Tool.MARK)
    room.use(Tool.MARK)
    room.use(Tool.CHANGE)
    room.use(Tool.CHANGE)
    room.keep_image()
    room.lock(14)
    qtbot.wait(60)
    assert room.audit.milliseconds(CURRENT, 30) > 0 and room.marks(14) and room.key_images()
    room.set_scans([scan(0)], 0)
    room.set_scans([scan(0), scan(14)], 14)
    assert (room.marks(14), room.key_images(), room.reader.book.sheet.notes) == ((), (), ())
    assert "1" not in room.audit.digits(CURRENT) and "1" in room.audit.digits(PRIOR)
    room.use(Tool.MARK)
    room.use(Tool.MARK)
    assert len(room.marks(14)) == 1, "its read is another, and not signed"


def test_slabs_kernels_and_key_images(room):
    key(room, Qt.Key.Key_S)
    assert (state(room).slab, state(room).slab_mm) == ("maximum", 10.0)
    assert "MIP 10 mm" in canvas(room).accessibleDescription()
    box = room.findChild(QComboBox, "slab_kind")
    box.setCurrentIndex(2)
    box.activated.emit(2)
    assert state(room).slab == "minimum"
    box.setCurrentIndex(0)
    box.activated.emit(0)
    key(room, Qt.Key.Key_N)
    assert state(room).kernel == "soft" and state(room, 0).kernel == "soft"
    key(room, Qt.Key.Key_K)
    assert room.key_images() == ((CURRENT, 30, "soft"),)
    assert "key image" in canvas(room).accessibleDescription()
    press(room, "do_key_image")
    assert room.key_images() == ()


def test_the_audit_counts_only_while_the_window_is_in_use(room, qtbot):
    qtbot.wait(80)
    before = room.audit.milliseconds(CURRENT, 30)
    assert before >= 60 and room.audit.digits(CURRENT)[30] == "1"
    assert room.audit.digits(PRIOR)[30 - SHIFT] == "1" and room.audit.digits(CURRENT)[40] == "0"
    room.hide()
    stopped = room.audit.milliseconds(CURRENT, 30)
    qtbot.wait(60)
    assert room.audit.milliseconds(CURRENT, 30) == stopped


def test_a_slice_that_stands_in_is_not_audited(room, pictures, qtbot):
    pictures.absent.update({(CURRENT, n) for n in range(31, 60)})
    wheel(canvas(room), 5)
    sum_before = room.audit.milliseconds(CURRENT, 30)
    qtbot.wait(60)
    assert room.audit.milliseconds(CURRENT, 35) == 0 and room.audit.milliseconds(CURRENT, 30) == sum_before


def test_the_debrief_outlines_opacities(room):
    room.set_overlay({7: "opacity 7, mass"})
    outline = canvas(room).scene.outlines[0]
    assert outline.text == "opacity 7, mass" and len(outline.segments) == 40
    room.grab()
    room.set_overlay(None)
    assert canvas(room).scene.outlines == ()


def test_visits_are_chosen_by_ribbon_box_and_key(room):
    room.set_scans([scan(0), scan(14), scan(28)], 28)
    assert room.shown_days == (14, 28)
    room.show_day(0)
    assert state(room).scan == PRIOR
    box = room.findChild(QComboBox, "visit_1")
    box.activated.emit(2)
    assert state(room, 0).scan == ("", 28)
    key(room, Qt.Key.Key_Period)
    assert state(room).scan == CURRENT
    key(room, Qt.Key.Key_Comma)
    assert state(room).scan == PRIOR


def test_the_same_scans_again_change_nothing(room):
    wheel(canvas(room), 7)
    before = list(room.stage.views.panes)
    room.set_scans([scan(0), scan(14)], 14)
    assert room.stage.views.panes == before


def test_before_the_chest_is_there(qtbot):
    pictures = FakePictures(ready=False)
    room = ReadingRoom(pictures)
    qtbot.addWidget(room)
    room.resize(900, 600)
    room.show()
    room.set_scans([scan(0)], 0)
    pictures.progressed.emit(0.4, "Building the chest")
    assert room.card.progress.isVisible() and "Waiting" in canvas(room, 0).accessibleDescription()
    wheel(canvas(room, 0), 1)
    room.do("mark")
    room.do("mark")
    press(room, "cancel_pictures")
    assert pictures.wholes == ["not built"]
    room.grab()
    pictures.become(True)
    pictures.progressed.emit(1.0, "")
    assert state(room, 0).scan == PRIOR and not room.card.progress.isVisible()
    pictures.become(False)
    assert room.shown_days == ()


def test_preferred_keys_are_shown(room):
    prefer({"window-lung": "7", "distance": "A"})
    try:
        room.set_scheme("scroll")
        assert room.findChild(QToolButton, "preset_lung").text().startswith("7 lung")
        assert "(A)" in room.findChild(QToolButton, "tool_distance").toolTip()
        index = state(room).index
        drag(canvas(room), LEFT, QPoint(200, 300), QPoint(200, 260))
        assert state(room).index > index
    finally:
        prefer({})


def test_every_viewer_key_does_something_and_letters_act_in_pictures_alone(room):
    viewer = [s.id for s in SHORTCUTS if s.scope == "viewer"]
    assert set(viewer) <= set(room._acts)
    for name in viewer:
        room.do(name)
    box = room.findChild(QSpinBox, "level_hu")
    box.setFocus()
    before = state(room)
    QTest.keyClick(box, Qt.Key.Key_N)
    assert state(room) == before


def test_everything_has_a_name_and_room_for_a_finger(room):
    names = []
    for kind in (QToolButton, QComboBox, QSpinBox):
        for widget in room.findChildren(kind):
            if widget.objectName().startswith("qt_") or not widget.isVisible():
                continue
            assert widget.objectName() and (widget.accessibleName() or widget.text()), widget
            assert widget.height() >= 24 and widget.width() >= 24, widget.objectName()
            names.append(widget.objectName())
    assert len(names) == len(set(names)) > 30


def test_twice_the_pixels_on_a_fine_screen(room, monkeypatch):
    there = canvas(room)
    monkeypatch.setattr(there, "devicePixelRatioF", lambda: 2.0)
    wheel(there, 1)
    there.grab()
    assert there.pixels.shape == (2 * there.height(), 2 * there.width())


def test_a_pane_shows_the_picture_through_its_window(room):
    room.grab()
    there = canvas(room)
    grey = there.pixels & 0xFF
    x, y = there.geometry_now.screen_of(25, 15)
    assert grey[round(y), round(x)] == pytest.approx(255 * (100 + 1350) / 1500, abs=2)
    assert np.ptp(grey) > 100
