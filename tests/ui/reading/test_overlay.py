"""What is written over pictures, and what is measured in them."""

import math

import numpy as np
import pytest

from trainer.course.person import Person
from trainer.dicom.identity import Visit
from trainer.ui.reading import marks, overlay, view
from trainer.ui.reading.measure import Distance, Region, level_of, statistic, statistic_text
from trainer.ui.reading.plane import Lattice
from trainer.ui.reading.scan import Ask
from trainer.ui.reading.scene import Dot, cut, dots, measures, nearest, outline_of
from trainer.ui.reading.view import ViewState

NAME = ("", 14)
LATTICE = Lattice((30, 40, 50), (2.0, 1.5, 1.0), (-50.0, -30.0, -25.0))


def frame(plane="axial", index=10, name=NAME, hu=None):
    shape = {"axial": (40, 50), "coronal": (30, 50), "sagittal": (30, 40)}[plane]
    return LATTICE.frame(Ask(name, index, plane), np.zeros(shape, np.int16) if hu is None else hu)


@pytest.mark.parametrize("day", [0, 14, 365])
def test_dates_are_those_of_the_dicom_files(day):
    dicom = Visit(Person(42, "F", 61.0, 165.0, 70.0), day, "0").date
    number, month, year = overlay.date_text(day).split()
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    assert dicom == f"{year}{months.index(month) + 1:02d}{int(number):02d}"


def test_letters():
    assert overlay.letters(frame("axial")) == ("R", "L", "A", "P")
    assert overlay.letters(frame("coronal")) == ("R", "L", "H", "F")
    assert overlay.letters(frame("sagittal")) == ("A", "P", "H", "F")


def test_every_pane_says_what_it_shows():
    state = view.slabbed(ViewState(NAME, "axial", 9, -600.0, 1500.0, zoom=1.5), "minimum", 8.0)
    said = overlay.spoken(
        overlay.corners(
            state,
            count=30,
            position_mm=-32.0,
            spacing_mm=2.0,
            thickness_mm=1.0,
            kernel="lung kernel",
            role="current",
            key_image=True,
        ),
        False,
    )
    for part in ("Day 14", "15 Jan 2001", "current", "Axial", "lung kernel", "L −600", "W 1500", "z −32 mm",
                 "slice 10/30", "MinIP 8 mm every 2 mm", "zoom 1.50×", "key image", "SIMULATED"):  # fmt: skip
        assert part in said
    across = overlay.corners(
        ViewState(NAME, "coronal", 9),
        count=30,
        position_mm=-32.0,
        spacing_mm=0.7023,
        thickness_mm=1.0,
        kernel="lung kernel",
    )
    assert across.bottom_left[1] == "0.702 mm every 0.702 mm"
    waits = overlay.corners(
        state,
        count=30,
        position_mm=-32.0,
        spacing_mm=2.0,
        thickness_mm=1.0,
        kernel="lung kernel",
        shown=7,
        complete=False,
    )
    assert "slice 8 stands in" in waits.bottom_left[0] and "still being drawn" in waits.top_right[-1]


def test_roles():
    names = [("", 0), ("", 14), ("", 28), ("Twin", 28)]
    assert [overlay.role_text(name, names) for name in names] == ["older", "prior", "current", "only CT"]


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_levels_agree_with_frames(plane):
    here = frame(plane)
    place = here.place_mm(7.25, 12.5)
    level = level_of(here)
    assert level.pixel_of(place) == pytest.approx((7.25, 12.5))
    assert here.pixel_of(place) == pytest.approx((7.25, 12.5))
    assert level.off_mm(place) == pytest.approx(0.0, abs=1e-9)
    axis = ("axial", "coronal", "sagittal").index(plane)
    beside = tuple(p + 3.0 * (n == axis) for n, p in enumerate(place))
    assert level.off_mm(beside) == pytest.approx(3.0)


def test_distance_is_in_mm():
    here = frame()
    made = Distance(NAME, "axial", here.place_mm(0, 0), here.place_mm(20, 40))
    assert made.length_mm == pytest.approx(math.hypot(20 * 1.5, 40 * 1.0)) and made.text == "50.0 mm"


def test_region_has_mean_sd_extremes_and_area():
    hu = np.full((40, 50), -800, np.int16)
    hu[:, 25:] = 100
    here = frame(hu=hu)
    made = Region(NAME, "axial", here.place_mm(5, 5), here.place_mm(25, 24))
    found = statistic(made, here)
    assert (found.mean_hu, found.sd_hu, found.minimum_hu, found.maximum_hu) == (-800, 0, -800, -800)
    assert found.area_mm2 == pytest.approx(math.pi * 10 * 1.5 * 9.5, rel=0.03)
    text = statistic_text(found)
    assert text[0] == "mean −800 SD 0 HU" and text[1] == "min −800 max −800" and text[2].endswith("mm²")
    away = Region(NAME, "axial", here.place_mm(500, 500), here.place_mm(600, 600))
    assert statistic_text(statistic(away, here)) == ("outside the picture",)


def test_marks_lie_in_their_slice_and_faintly_near_it():
    sheet = marks.marked(marks.Jotting(), 14, frame().place_mm(3, 4))
    found = dots(sheet, frame(), 1, frozenset({14}))[0]
    assert (found.row, found.column) == pytest.approx((3, 4))
    assert found.chosen and found.locked and not found.faint and found.text == "3 probable"
    assert dots(sheet, frame(index=12), None, frozenset())[0].faint
    assert dots(sheet, frame(index=14), None, frozenset()) == ()
    assert dots(sheet, frame(name=("", 28)), None, frozenset()) == ()
    assert dots(sheet, frame(name=("Twin", 14)), None, frozenset()) == ()
    assert dots(sheet, frame("coronal", 3), None, frozenset())


def test_measurements_stay_in_their_slice():
    here = frame()
    sheet = marks.measured(marks.Jotting(), Distance(NAME, "axial", here.place_mm(0, 0), here.place_mm(0, 9)))
    sheet = marks.measured(sheet, Region(NAME, "axial", here.place_mm(1, 1), here.place_mm(9, 9)))
    assert [len(found) for found in measures(sheet, here)] == [1, 1]
    assert [len(found) for found in measures(sheet, frame(index=11))] == [0, 0]
    assert [len(found) for found in measures(marks.unmeasured(sheet), here)] == [1, 0]


def test_planes_cut_one_another_where_they_do():
    axial, coronal = frame("axial", 10), frame("coronal", 7)
    assert cut(axial, coronal).start[0] == pytest.approx(7) == cut(axial, coronal).end[0]
    assert cut(coronal, axial).start[0] == pytest.approx(29 - 10)
    assert cut(axial, frame("sagittal", 20)).start[1] == pytest.approx(20)
    assert cut(axial, frame("axial", 11)) is None


def test_the_nearest_dot_is_taken_and_none_far_away():
    found = [Dot(r, 5.0, "", "mark", n, False, False, False) for n, r in enumerate((0.0, 4.0))]
    assert nearest(found, 3.0, 5.0, 2.0).id == 1
    assert nearest(found, 9.0, 5.0, 2.0) is None and nearest([], 0.0, 0.0, 9.0) is None


def test_outline_is_the_edge_of_the_mask():
    mask = np.zeros((6, 7), bool)
    mask[2:4, 3:6] = True
    made = outline_of(mask, "opacity 1", 0)
    assert len(made.segments) == 2 * (2 + 3)
    flat = np.array(made.segments)
    assert flat[:, [0, 2]].min() == 1.5 and flat[:, [0, 2]].max() == 3.5
    assert flat[:, [1, 3]].min() == 2.5 and flat[:, [1, 3]].max() == 5.5


def test_what_is_said_of_opacities_goes_by_their_number():
    sheet = marks.noted(marks.noted(marks.Jotting(), 28, ("", 14), (0, 0, 0)), 28, ("", 28), (9, 9, 9))
    sheet = marks.said(marks.said(sheet, 1, "smaller"), 2, "resolved")
    assert marks.changes(sheet, 28, {1: 5, 2: None}) == {"5": "smaller"}
    assert marks.changes(sheet, 28, {1: 5, 2: 5}) == {"5": "resolved"}
    assert marks.changes(sheet, 14, {1: 5}) == {} == marks.changes(sheet, 28, {})


def test_a_read_holds_so_many_marks():
    sheet = marks.Jotting()
    for _ in range(marks.MOST_MARKS):
        sheet = marks.marked(sheet, 0, (1.0, 2.0, 3.0))
    assert marks.marked(sheet, 0, (1.0, 2.0, 3.0)) is None and marks.marked(sheet, 1, (1.0, 2.0, 3.0)) is not None
