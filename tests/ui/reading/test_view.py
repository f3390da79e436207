"""Views change within limits, and places of the screen and of the picture agree."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.chest.display import WINDOWS
from trainer.ui.reading import view
from trainer.ui.reading.view import Geometry, ViewState

NAME = ("", 14)
finite = st.floats(-1e5, 1e5, allow_nan=False)
states = st.builds(
    lambda level, width, zoom, index: view.windowed(
        ViewState(NAME, "axial", index, zoom=zoom), level, width
    ),
    finite, finite, st.floats(*view.ZOOM), st.integers(0, 299),
)  # fmt: skip
geometries = st.builds(
    Geometry,
    st.tuples(st.floats(100, 2000), st.floats(100, 2000)),
    st.tuples(st.integers(2, 600), st.integers(2, 600)),
    st.tuples(st.floats(0.3, 3), st.floats(0.3, 3)),
    st.floats(*view.ZOOM),
    st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
)


@given(states, st.integers(-1000, 1000), st.integers(1, 400))
def test_scrolling_stays_in_the_stack(state, steps, count):
    there = view.scrolled(state, steps, count)
    assert 0 <= there.index < count
    if 0 <= state.index + steps < count:
        assert there.index == state.index + steps


@given(states, finite, finite)
def test_windows_stay_in_what_ct_knows(state, right, down):
    there = view.window_dragged(state, right, down)
    assert view.LEVEL_HU[0] <= there.level_hu <= view.LEVEL_HU[1]
    assert view.WIDTH_HU[0] <= there.width_hu <= view.WIDTH_HU[1]


def test_a_drag_widens_to_the_right_and_darkens_downwards():
    state = ViewState(NAME)
    there = view.window_dragged(state, 10, 20)
    assert there.width_hu > state.width_hu and there.level_hu > state.level_hu


@given(geometries, st.floats(0, 500), st.floats(0, 500))
def test_screen_and_pixel_agree(geometry, row, column):
    back = geometry.pixel_at(*geometry.screen_of(row, column))
    assert math.isclose(back[0], row, abs_tol=1e-6) and math.isclose(back[1], column, abs_tol=1e-6)


@given(geometries)
def test_the_whole_picture_fits_at_zoom_1(geometry):
    plain = Geometry(geometry.size, geometry.shape, geometry.pixel_mm)
    left, top = plain.origin
    right, bottom = plain.screen_of(plain.shape[0] - 0.5, plain.shape[1] - 0.5)
    assert left >= -1e-6 and top >= -1e-6
    assert right <= plain.size[0] + 1e-6 and bottom <= plain.size[1] + 1e-6
    assert min(plain.size[0] - (right - left), plain.size[1] - (bottom - top)) == pytest.approx(0, abs=1e-6)


@given(st.floats(0.2, 5), st.floats(0.3, 0.7), st.floats(0.3, 0.7))
def test_zoom_keeps_what_is_under_the_pointer(factor, x, y):
    state = ViewState(NAME, zoom=2.0)
    size, shape, pixel = (900.0, 700.0), (512, 512), (0.7, 0.7)
    before = Geometry(size, shape, pixel, state.zoom, state.pan_mm)
    about = x * size[0], y * size[1]
    there = view.zoomed(state, factor, before, about)
    after = Geometry(size, shape, pixel, there.zoom, there.pan_mm)
    assert view.ZOOM[0] <= there.zoom <= view.ZOOM[1]
    height, width = before.extent_mm
    if abs(there.pan_mm[0]) < 0.5 * width - 1e-6 and abs(there.pan_mm[1]) < 0.5 * height - 1e-6:
        assert after.pixel_at(*about) == pytest.approx(before.pixel_at(*about), abs=1e-6)


@given(states, finite, finite)
def test_the_picture_never_leaves_the_pane(state, right, down):
    there = view.panned(state, right, down, (300.0, 400.0))
    assert abs(there.pan_mm[0]) <= 200.0 and abs(there.pan_mm[1]) <= 150.0


def test_what_is_clicked_comes_to_the_middle():
    geometry = Geometry((900.0, 700.0), (512, 512), (0.7, 0.7))
    there = view.centred(ViewState(NAME), 100.0, 300.0, geometry)
    moved = Geometry((900.0, 700.0), (512, 512), (0.7, 0.7), 1.0, there.pan_mm)
    assert moved.screen_of(100.0, 300.0) == pytest.approx((450.0, 350.0))


def test_the_slabs_go_round():
    state = ViewState(NAME)
    kinds = []
    for _ in range(4):
        state = view.next_slab(state)
        kinds.append((state.slab, state.slab_mm))
    assert kinds == [("maximum", 10.0), ("minimum", 10.0), ("mean", 10.0), ("maximum", 0.0)]
    assert state.ask == ViewState(NAME).ask
    assert view.thicker(state, 1) == state


@given(st.integers(-20, 20))
def test_a_slab_has_one_of_the_thicknesses(steps):
    state = view.thicker(view.next_slab(ViewState(NAME)), steps)
    assert state.slab_mm in view.SLAB_MM


def test_presets_and_reset():
    state = view.preset(ViewState(NAME, index=7, kernel="soft"), "mediastinum")
    assert (state.level_hu, state.width_hu) == WINDOWS["mediastinum"]
    assert view.preset_text("lung") == "−600/1500"
    back = view.reset(view.inverted(state))
    assert back == ViewState(NAME, index=7, kernel="soft")
