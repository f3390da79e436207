"""What the ribbon shows, and that it shows nothing that a learner may not know."""

import sys
from dataclasses import replace
from subprocess import run

import numpy as np
import pytest

from tests.ui.ribbon.playing import desk_of, do, give, go, order, played, taper
from trainer.encounter.event import CourseStopped, Ended, Interrupt, Moved, RolledBack, WaitingChosen
from trainer.encounter.session import Session
from trainer.knowledge.plan import Step
from trainer.knowledge.treatment import Channel
from trainer.ui.chart.heading import heading_of
from trainer.ui.chart.page import page_of
from trainer.ui.ribbon.timeline import MEASURED, Drug, packed, taken_today, timeline_of


@pytest.fixture(scope="module")
def desk(engine):
    return played(engine)


def of(timeline, name):
    return next(m for m in timeline.measured if m.id == name)


def test_nothing_here_needs_qt():
    code = (
        "import sys, trainer.ui.ribbon.timeline, trainer.ui.ribbon.axis;"
        "import trainer.ui.chart.page, trainer.ui.chart.heading;"
        "sys.exit(any(m.split('.')[0] in ('PySide6', 'pyqtgraph') for m in sys.modules))"
    )
    assert run([sys.executable, "-c", code]).returncode == 0


def test_visits_and_their_cts(desk):
    timeline = timeline_of(desk)
    assert timeline.today == 28 and timeline.last_day == 365
    assert timeline.scan_days == (0, 28)
    assert [v.day for v in timeline.visits] == list(desk.session.now.visits)


def test_the_doses_are_those_that_are_taken_on_every_day(engine):
    desk = desk_of(engine)
    give(desk, "prednisolone", Step(dose=0.75, unit="mg/kg", days=10), Step(dose=20, days=10))
    give(desk, "methylprednisolone", Step(dose=500, days=3))
    go(desk, 14)
    taper(desk, (30, 7), (5, 60))
    timeline = timeline_of(desk)
    drugs = desk.session.bedside.drugs(desk.session.now.courses, 120)[:, Channel.GLUCOCORTICOID]
    shown = np.zeros(121)
    for dose in timeline.doses:
        assert shown[dose.day : dose.until].sum() == 0
        shown[dose.day : dose.until] = dose.mg
    assert np.allclose(shown, drugs)
    assert timeline.doses[0].drugs == ("Methylprednisolone pulse", "Prednisolone")
    assert timeline.doses[-1].mg == 5 and timeline.doses[-1].drugs == ("Prednisolone",)


def test_a_stopped_drug_ends_and_one_ordered_again_goes_on(engine):
    desk = desk_of(engine)
    give(desk, "amoxicillin", Step(dose=1.0, unit="1", days=7))
    give(desk, "calcium-vitamin-d", Step(dose=1.0, unit="1", days=100))
    go(desk, 4)
    do(desk, CourseStopped(give="amoxicillin", day=4))
    give(desk, "calcium-vitamin-d", Step(dose=1.0, unit="1", days=50))
    drugs = {d.treatment: d for d in timeline_of(desk).drugs}
    assert (drugs["amoxicillin"].day, drugs["amoxicillin"].until) == (0, 4)
    assert (drugs["calcium-vitamin-d"].day, drugs["calcium-vitamin-d"].until) == (0, 54)
    assert taken_today(desk) == ("Calcium and vitamin D",)


def test_only_what_a_test_measured_is_plotted(engine):
    desk = desk_of(engine)
    go(desk, 7)
    assert all(not m.days for m in timeline_of(desk).measured)  # no test, no value: the truth stays hidden
    order(desk, "vital-signs", "crp")
    timeline = timeline_of(desk)
    assert {m.id for m in timeline.measured if m.days} == {"temperature", "spo2", "crp"}
    order(desk, "spirometry")
    assert of(timeline_of(desk), "fvc").days == (7,) and not of(timeline_of(desk), "dlco").days


def test_the_values_are_those_of_the_chart_and_carry_its_error(desk):
    timeline = timeline_of(desk)
    known = {(r.report.finding, r.taken_day): r.value for r in desk.session.results()}
    for name, _, finding in MEASURED:
        for day, value in zip(of(timeline, name).days, of(timeline, name).values, strict=True):
            assert known[finding, day] == value
    crp = of(timeline, "crp")
    assert crp.days == (0, 28)
    assert crp.values[-1] != desk.session.vitals()["crp_mg_l"]


def test_a_result_that_is_to_come_is_due_and_not_known(engine):
    desk = desk_of(engine)
    order(desk, "ana")
    due = [h for h in timeline_of(desk).happenings if h.kind == "due"]
    assert [(h.day, h.text) for h in due] == [(3, "Antinuclear antibodies: result due")]
    go(desk, 3)
    kinds = [(h.day, h.kind) for h in timeline_of(desk).happenings]
    assert kinds == [(3, "result")]


def test_procedures_moves_and_return_days_are_events(engine):
    desk = desk_of(engine)
    order(desk, "bronchoscopy-lavage")
    do(desk, Moved(day=0, place="ward"), WaitingChosen(day=0, return_day=9))
    found = {(h.day, h.kind, h.text) for h in timeline_of(desk).happenings}
    assert (0, "procedure", "Bronchoscopy with bronchoalveolar lavage") in found
    assert (0, "move", "moved to the ward") in found and (9, "return", "agreed day of return") in found
    do(desk, Ended(day=0))
    assert not {"due", "return"} & {h.kind for h in timeline_of(desk).happenings} or desk.over


def test_in_words_and_as_a_table(desk):
    timeline = timeline_of(desk)
    said = timeline.in_words()
    assert said.startswith("Day 28 of 365. Visits: 0 with CT, ") and "28 with CT" in said
    assert "40 mg since day 7" in said and "20 mg from day 35 to 90" in said
    assert "C-reactive protein: " in said
    rows = timeline.rows()
    assert [int(r[0]) for r in rows] == sorted((int(r[0]) for r in rows), reverse=True)
    assert ("7", "1", "steroid", "Prednisolone", "40 mg a day, to day 34") in rows
    assert sum(r[2] == "measured" for r in rows) == sum(len(m.days) for m in timeline.measured)
    assert "Day 28, today, with CT" in timeline.at(28) and "Prednisolone: 40 mg" in timeline.at(28)


def test_the_same_desk_gives_an_equal_timeline(desk):
    assert timeline_of(desk) == timeline_of(desk)


def test_drugs_lie_side_by_side_in_few_rows():
    one, two, three = Drug("a", "a", 0, 7), Drug("b", "b", 3, 9), Drug("c", "c", 7, 14)
    assert packed([one, two, three]) == [[one, three], [two]]


def test_the_truth_is_never_looked_at(engine, monkeypatch):
    desk = played(engine)
    before = timeline_of(desk)

    def hidden(_):
        raise AssertionError("the hidden course was looked at")

    monkeypatch.setattr(Session, "vitals", hidden)
    monkeypatch.setattr(Session, "chest", hidden)
    assert timeline_of(desk) == before
    assert page_of(desk).numbers and heading_of(desk).vitals


def test_nothing_is_taken_after_a_death(engine):
    desk = played(engine)
    now = desk.session.now
    assert timeline_of(desk).doses[-1].until > 29 and max(d.until for d in timeline_of(desk).drugs) > 29
    died = (now.last_event, 28, (Interrupt(kind="death", text="The patient has died."),))
    desk.session.now = replace(now, stops=(*now.stops, died), over=True)
    timeline = timeline_of(desk)
    assert timeline.doses[-1].until == 29 and max(d.until for d in timeline.drugs) == 29
    assert (28, "death") in {(h.day, h.kind) for h in timeline.happenings}


def test_what_was_gone_back_from_is_gone(engine):
    desk = desk_of(engine)
    order(desk, "thin-section-ct")
    event = desk.session.now.last_event
    go(desk, 7)
    order(desk, "thin-section-ct", "crp")
    assert timeline_of(desk).scan_days == (0, 7)
    do(desk, RolledBack(to=event))
    timeline = timeline_of(desk)
    assert timeline.today == 0 and timeline.scan_days == (0,) and not of(timeline, "crp").days
