"""Layouts, linked scrolling, the crosshair and flicker, without a window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.reading.fake import SHIFT, FakePictures, scan
from trainer.ui.reading import view
from trainer.ui.reading.hang import LAYOUTS, PLACES, slots
from trainer.ui.reading.tool import SCHEMES, Tool, gesture, scroll_steps, wheel_steps
from trainer.ui.reading.views import Views

DAYS = (0, 14, 28)
NAMES = tuple(("", day) for day in DAYS)


def views_of(layout="1x2", days=DAYS):
    pictures = FakePictures()
    pictures.set_scans([scan(day) for day in days])
    views = Views(pictures)
    views.hang(layout, [("", day) for day in days], ("", days[-1]))
    return views


def test_prior_is_left_and_current_right():
    assert slots("1x2", NAMES[2], NAMES) == ((NAMES[1], "axial"), (NAMES[2], "axial"))
    assert slots("1x2", NAMES[0], NAMES[:1]) == ((NAMES[0], "axial"),)
    assert [p for _, p in slots("mpr", NAMES[2], NAMES)] == ["axial", "coronal", "sagittal"]
    assert slots("2x2", NAMES[1], NAMES)[2] == (NAMES[0], "coronal")
    four = (*NAMES, ("", 56))
    assert [n for n, _ in slots("2x2", four[3], four)] == list(four)
    for layout in LAYOUTS:
        assert len(slots(layout, NAMES[2], NAMES)) == len(PLACES[layout])


@given(st.integers(-80, 80))
def test_linked_visits_go_to_the_same_place_of_the_body(steps):
    views = views_of()
    views.scroll(1, steps)
    prior, current = (pane.index for pane in views.panes)
    assert prior == min(max(current - SHIFT, 0), 59)


def test_unlinked_visits_stay_where_they_are():
    views = views_of()
    views.linked = False
    before = views.panes[0]
    views.scroll(1, 5)
    views.look(1, view.inverted(views.panes[1]))
    assert views.panes[0] == before


def test_other_planes_never_scroll_along_but_take_the_window():
    views = views_of("mpr")
    before = [pane.index for pane in views.panes]
    views.scroll(0, 5)
    assert [pane.index for pane in views.panes[1:]] == before[1:]
    views.look(0, view.preset(view.slabbed(views.panes[0], "mean", 10.0), "bone"))
    assert {pane.level_hu for pane in views.panes} == {400.0}
    assert [pane.slab_mm for pane in views.panes] == [10.0, 0.0, 0.0]


def test_a_new_layout_keeps_place_and_window():
    views = views_of()
    views.scroll(1, 9)
    views.change(lambda state: view.preset(state, "mediastinum"))
    here = views.current
    for layout in LAYOUTS:
        views.hang(layout, NAMES, NAMES[-1])
        assert views.current == here


def test_locate_brings_all_panes_to_a_place():
    views = views_of("2x2")
    pictures = views._space
    place = (-100.0 + 2.0 * 30, -40.0 + 1.5 * 11, 0.0)
    views.locate(1, place)
    assert views.panes[0].index == 30 - SHIFT
    assert views.panes[2].index == views.panes[3].index == 11
    frame = pictures.now(views.panes[3].ask)
    row, _ = views.cursor_in(frame)
    assert row == pytest.approx(59 - 30)


def test_flicker_shows_the_same_place_and_comes_back():
    views = views_of("1x1")
    views.scroll(0, 4)
    here = views.current
    assert views.flick((400.0, 400.0)) and views.flickers == 0
    assert (views.current.scan, views.current.index) == (NAMES[1], here.index - SHIFT)
    assert views.flick((400.0, 400.0)) and views.current == here and views.flickers is None
    views.flick((400.0, 400.0))
    views.scroll(0, 2)
    views.flick((400.0, 400.0))
    assert (views.current.scan, views.current.index) == (NAMES[2], here.index + 2)
    assert not views_of("1x1", (0,)).flick((400.0, 400.0))


def test_visits_and_planes_are_stepped_through():
    views = views_of("1x1")
    index = views.current.index
    assert views.step_visit(-1) and views.current.scan == NAMES[1] and views.current.index == index - SHIFT
    assert views.step_visit(1) and not views.step_visit(1)
    for plane in ("coronal", "sagittal", "axial"):
        views.next_plane()
        assert views.current.plane == plane


def test_the_crosshair_starts_in_the_middle_and_goes_with_the_slice():
    views = views_of("1x1")
    frame = views._space.now(views.current.ask)
    geometry = view.geometry_of(views.current, frame, (400.0, 400.0))
    views.move_cursor(frame, geometry, 9.0, 9.0)
    assert views.cursor_in(frame) == pytest.approx(geometry.pixel_at(200.0, 200.0))
    views.move_cursor(frame, geometry, 10.0, 0.0)
    assert geometry.screen_of(*views.cursor_in(frame)) == pytest.approx((210.0, 200.0))
    views.scroll(0, 3)
    assert views.cursor[1][0] == views._space.position_mm(views.current.ask)
    for _ in range(200):
        views.move_cursor(frame, geometry, 10.0, 10.0)
    assert views.cursor_in(frame) == pytest.approx((63.0, 63.0))


def test_buttons():
    plain = SCHEMES["window"]
    assert gesture("left", False, Tool.MARK, plain) is Tool.MARK
    assert gesture("left", True, Tool.MARK, plain) is Tool.PAN
    assert (gesture("middle", False, Tool.MARK, plain), gesture("right", False, Tool.MARK, plain)) == (
        Tool.PAN,
        Tool.ZOOM,
    )
    assert gesture("right", False, Tool.SCROLL, SCHEMES["scroll"]) is Tool.WINDOW


@given(st.lists(st.floats(-50, 50), max_size=30), st.integers(1, 400), st.floats(100, 1500))
def test_a_drag_in_small_steps_goes_as_far_as_one_in_one_step(moves, count, height):
    carry, total = 0.0, 0
    for move in moves:
        steps, carry = scroll_steps(carry, move, count, height)
        total += steps
    whole, left = scroll_steps(0.0, sum(moves), count, height)
    assert abs(total - whole) <= 1 and abs(left) <= 4.0


@given(st.lists(st.integers(-300, 300), max_size=30))
def test_fine_wheels_lose_nothing(turns):
    carry, total = 0, 0
    for turn in turns:
        steps, carry = wheel_steps(carry, turn)
        total += steps
    assert total * 120 + carry == sum(turns) and abs(carry) < 120
