"""What the report draws: places, lengths, and nothing that colour alone tells apart."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.records.report.example import LEAST, LONGEST, STEP, TIMELINE, USUAL
from trainer.records.report.chart import dial_svg, regret_svg, timeline_svg, timeline_told
from trainer.records.report.drawing import ACCENT
from trainer.records.report.value import DialLine

S = "{http://www.w3.org/2000/svg}"


def tree(svg):
    return ElementTree.fromstring(svg)


def texts(svg):
    return [one.text for one in tree(svg).iter(f"{S}text")]


def days_of_doses(svg):
    """Return the corners of the line of the doses in days of the axis."""
    marks = {one.text: float(one.get("x")) for one in tree(svg).iter(f"{S}text") if one.get("text-anchor") == "middle"}
    day = (marks["28"] - marks["14"]) / 14
    outline = next(one for one in tree(svg).iter(f"{S}path") if one.get("stroke-width") == "1.4")
    assert outline.get("stroke") == ACCENT
    return [round((float(place.split()[0]) - marks["14"]) / day + 14, 1) for place in outline.get("d")[1:].split(" L")]


@pytest.mark.parametrize("line", [TIMELINE, LEAST.timeline, LONGEST.timeline], ids=["usual", "least", "longest"])
def test_everything_is_drawn_within_the_picture(line):
    picture = tree(timeline_svg(line))
    width, height = (float(picture.get(side)) for side in ("width", "height"))
    assert width == 720 and height < 420
    for one in picture.iter():
        for name, most in (("x", width), ("x1", width), ("x2", width), ("cx", width), ("y", height), ("cy", height)):
            assert -0.01 <= float(one.get(name, 0)) <= most + 0.01, (one.tag, one.attrib)


def test_doses_stand_on_their_days():
    assert days_of_doses(timeline_svg(TIMELINE)) == [0, 0, 28, 28, 56, 56, 91, 91]


def test_a_pulse_is_cut_off_and_written_out():
    line = replace(TIMELINE, dose_mg=(500.0,) * 3 + (40.0,) * 89)
    assert "cut off: up to 500 mg" in texts(timeline_svg(line)) and "100" in texts(timeline_svg(line))
    assert not any("cut off" in text for text in texts(timeline_svg(TIMELINE)))


def test_no_steroid_is_said():
    assert "none taken" in texts(timeline_svg(replace(TIMELINE, dose_mg=(0.0,) * 92)))


def test_learner_and_observer_differ_without_colour():
    lines = [one for one in tree(timeline_svg(TIMELINE)).iter(f"{S}path") if one.get("stroke-width") in {"1.3", "1.1"}]
    assert (
        sum("stroke-dasharray" in one.attrib for one in lines)
        == 3
        == sum("stroke-dasharray" not in one.attrib for one in lines)
    )


def test_what_was_not_stated_has_no_dot():
    dots = [one for one in tree(timeline_svg(TIMELINE)).iter(f"{S}circle") if one.get("r") == "2.3"]
    assert len(dots) == 3 * 3 + 1  # three visits of three rows, and the legend


def test_the_words_tell_what_the_picture_shows():
    told = timeline_told(TIMELINE)
    for part in (
        "Timeline of 91 days with 4 visits.", "CT on day 0 and 28.", "Invasive tests on day 7.",
        "at most 40 mg a day, 1.84 g in all", "Moxifloxacin from day 0 to day 7.",
        "Belief on day 28: Bacterial pneumonia not stated, supported 5 %",
    ):  # fmt: skip
        assert part in told, part
    assert len(timeline_told(LONGEST.timeline)) < 6000 and "goes on for 723 visits" in timeline_told(LONGEST.timeline)


def test_a_dial_is_as_long_as_its_value_with_a_whisker_of_one_standard_error():
    bars = list(tree(dial_svg(DialLine("Safety", "", 60.0, 10.0))).iter(f"{S}rect"))
    assert [float(one.get("width")) for one in bars] == [300, 180]
    whisker = list(tree(dial_svg(DialLine("Safety", "", 60.0, 10.0))).iter(f"{S}line"))[3]
    assert (float(whisker.get("x1")), float(whisker.get("x2"))) == (4 + 150, 4 + 210)
    high = dial_svg(DialLine("Safety", "", 99.0, 30.0))
    assert max(float(one.get("x2")) for one in tree(high).iter(f"{S}line")) <= 304
    assert len(list(tree(dial_svg(USUAL.dials[-1])).iter(f"{S}rect"))) == 1  # not asked: a scale and no bar


@pytest.mark.parametrize(("belief", "act"), [(9.25, 4.25), (20.0, -15.0), (0.0, 0.0), (0.0, 40.0)])
def test_a_regret_is_split_where_its_parts_meet(belief, act):
    step = replace(STEP, belief=belief, act=act, total=belief + act)
    parts = list(tree(regret_svg(step)).iter(f"{S}rect"))
    filled, opened = parts[1], parts[2]
    assert float(filled.get("width")) == pytest.approx(259 * belief / 40, abs=0.01)
    assert float(opened.get("width")) == pytest.approx(259 * abs(act) / 40, abs=0.01)
    assert filled.get("fill") == ACCENT and opened.get("fill") == "#ffffff" and opened.get("stroke") == ACCENT
    mark = next(tree(regret_svg(step)).iter(f"{S}line"))
    assert float(mark.get("x1")) == pytest.approx(0.5 + 259 * (belief + act) / 40, abs=0.01)
