"""What the chart shows, and when."""

import pytest

from tests.ui.ribbon.playing import desk_of, do, go, order, played, taper
from trainer.encounter.chart import figure
from trainer.encounter.event import ReadStated, RolledBack
from trainer.knowledge.library import library
from trainer.knowledge.statement import Read
from trainer.ui.chart.page import Reports, page_of
from trainer.ui.chart.reference import Reference, references


@pytest.fixture(scope="module")
def desk(engine):
    return played(engine)


def row(rows, finding):
    return next(r for r in rows if r.finding == finding)


def test_the_opening_and_what_it_tells_are_there_before_any_test(engine):
    page = page_of(desk_of(engine))
    assert "coughed for" in page.opening and not page.numbers and not page.days
    assert row(page.words, "cough").words == "present, as told"
    assert row(page.words, "migration").words == "present, as told"
    assert not page.history and not page.reports and not page.pending


def test_numbers_stand_by_the_day_of_the_sample_the_newest_first(desk):
    page = page_of(desk)
    assert page.days[0] == 28 and page.days[-1] == 0
    crp = row(page.numbers, "c-reactive-protein")
    assert sorted(crp.cells) == [0, 28] and crp.unit == "mg/L" and crp.tests == "C-reactive protein"
    known = {r.taken_day: r for r in desk.session.results() if r.report.finding == "c-reactive-protein"}
    for day, cell in crp.cells.items():
        assert cell.text == figure(known[day].value, "mg/L")
        assert cell.flag == ("high" if known[day].value > 5 else "")


def test_what_came_since_the_last_visit_is_new_and_nothing_is_on_the_first(engine):
    desk = desk_of(engine)
    order(desk, "crp", "ana")
    assert not any(r.new for r in page_of(desk).numbers)
    assert page_of(desk).pending == ((3, "Antinuclear antibodies"),)
    go(desk, 3)
    page = page_of(desk)
    assert row(page.words, "antinuclear-antibodies").new and not row(page.numbers, "c-reactive-protein").new
    assert not page.pending
    go(desk, 7)
    assert not row(page_of(desk).words, "antinuclear-antibodies").new


def test_the_history_is_quoted_once_it_was_asked_for(desk):
    answers = {name: text for _, name, text in page_of(desk).history}
    assert len(answers) == 2
    assert all(
        text.startswith("“") and text.endswith("”") and '"' not in (text[1], text[-2]) for text in answers.values()
    )
    assert "It began like influenza" in " ".join(answers.values())


def test_a_report_waits_for_the_read_or_for_the_next_day(engine):
    desk = desk_of(engine)
    order(desk, "thin-section-ct")
    page = page_of(desk)
    assert not page.reports and page.unread == (0,)
    assert not any(r.kind == "imaging" and r.tests == "CT" for r in page.words)
    do(desk, ReadStated(read=Read(day=0, signs=("consolidation", "cavity"), zones={"right-upper": 4})))
    page = page_of(desk)
    assert page.reports[0][1].startswith("SIMULATED. CT of day 0") and not page.unread
    assert row(page.words, "cavity").words == "your read"  # wrong, and theirs
    assert "CT report" in row(page.words, "ground-glass-opacity").words

    other = desk_of(engine)
    order(other, "thin-section-ct")
    go(other, 5)
    assert [day for day, _ in page_of(other).reports] == [0]


def test_a_report_is_written_once_and_anew_after_going_back(engine):
    desk = desk_of(engine)
    order(desk, "thin-section-ct")
    go(desk, 7)
    event = desk.session.now.last_event
    taper(desk, (60, 28))
    go(desk, 35)
    order(desk, "thin-section-ct")
    go(desk, 40)
    written = Reports()
    first = page_of(desk, written)
    assert page_of(desk, written) == first == page_of(desk)
    do(desk, RolledBack(to=event))
    go(desk, 35)  # without the steroid
    order(desk, "thin-section-ct")
    go(desk, 40)
    again = page_of(desk, written)
    assert again.reports == page_of(desk).reports
    assert again.reports[0] != first.reports[0] and again.reports[1] == first.reports[1]


def test_the_filter_keeps_what_has_all_its_words(desk):
    page = page_of(desk)
    assert [r.finding for r in page.matching("reactive").numbers] == ["c-reactive-protein"]
    assert {r.finding for r in page.matching("high").numbers} <= {r.finding for r in page.numbers}
    assert not page.matching("reactive fever").numbers and not page.matching("zzz").words
    assert page.matching("").numbers == page.numbers
    assert page.matching("INFLUENZA").history and not page.matching("influenza").numbers
    assert page.matching("spirometry").days == (0,)


def test_no_name_of_the_disease_is_in_the_chart(desk):
    page = page_of(desk)
    told = " ".join(
        [page.opening, *(t for _, t in page.news), *(t for _, t in page.reports), *(r.in_words() for r in page.words)]
    )
    assert desk.session.disease.name.lower() not in told.lower()


@pytest.mark.parametrize(
    ("finding", "low", "high"),
    [
        ("c-reactive-protein", None, 5), ("white-cell-count", 4, 10), ("sedimentation-rate", None, 30),
        ("lactate-dehydrogenase", None, 250), ("bal-cd4-cd8", 1, 3.5), ("eosinophil-count", None, 0.5),
    ],
)  # fmt: skip
def test_ranges_are_those_of_the_definitions(finding, low, high):
    found = references(library())[finding]
    assert (found.low, found.high) == (low, high)
    for bound in (low, high):
        assert bound is None or f"{bound:g}" in library().findings[finding].definition


def test_ranges_of_what_the_body_carries_are_those_of_the_healthy():
    found, vitals = references(library()), library().body.vitals
    assert found["temperature"].high == 38
    for name, spread in (("forced-vital-capacity", vitals.fvc), ("resting-saturation", vitals.spo2)):
        assert found[name].high is None
        assert found[name].low == pytest.approx(spread.centre - 1.96 * spread.spread, abs=0.05)


def test_a_finding_without_a_range_gets_none():
    found = references(library())
    assert not {"procalcitonin", "glucose", "heart-rate", "walk-distance"} & set(found)
    assert set(found) <= set(library().findings)


def test_flags_and_figures():
    assert [Reference(4, 10, "").flag(v) for v in (3, 4, 10, 11)] == ["low", "", "", "high"]
    assert Reference(None, 5, "").in_words("mg/L") == "up to 5 mg/L"
    assert Reference(1, 3.5, "").in_words("1") == "1 to 3.5"
    assert [figure(38.64, "°C"), figure(85.3, "mg/L"), figure(0.3, "ng/mL"), figure(17.7, "/min")] == [
        "38.6", "85", "0.30", "18",
    ]  # fmt: skip
