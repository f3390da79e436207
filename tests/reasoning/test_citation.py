"""Findings cited for and against a disease, against likelihood ratios made up for the purpose."""

from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.example import AT, MARKING, sound
from trainer.knowledge.statement import Citation
from trainer.reasoning.citation import Chart, evidence_items, telling_citations

RATIOS = {
    "reversed-halo": 5.0,
    "migration": 4.0,
    "fever": 1.2,
    "procalcitonin": 1 / 3,
    "consolidation": 1.7,
    "tempo": 2.0,
}
CHART = Chart(
    {f: {"cop": log(r), "bacterial": -log(r)} for f, r in RATIOS.items()} | {"cavity": {"cop": log(1 / 8)}},
    frozenset(RATIOS),
    {"cop": "COP", "reversed-halo": "reversed halo sign"},
)
DUE = log(5) + log(4) + log(3)


def account(supports=(), opposes=(), lead="cop", disease="cop"):
    citation = Citation(day=14, disease=disease, supports=supports, opposes=opposes)
    return sound(evidence_items([citation], lead, CHART, MARKING.reasoning, AT))


@pytest.mark.parametrize(
    ("supports", "opposes", "points"),
    [
        (("reversed-halo", "migration"), ("procalcitonin",), 1.0),
        (("reversed-halo", "migration"), (), (DUE - log(3)) / DUE),
        (("reversed-halo",), (), log(5) / DUE),
        (("reversed-halo", "procalcitonin"), (), (log(5) - log(3)) / DUE),  # the wrong sign
        (("reversed-halo", "fever"), (), log(5) / DUE),  # says little
        (("reversed-halo", "consolidation"), (), (log(5) + 0.5 * log(1.7)) / DUE),
        (("reversed-halo",), ("cavity",), (log(5) - log(2)) / DUE),  # never seen
        ((), ("reversed-halo",), 0.0),
    ],
)
def test_what_a_citation_is_worth(supports, opposes, points):
    assert account(supports, opposes)[0].points == pytest.approx(points)


def test_the_reason_tells_the_weight_in_words():
    reason = account(("reversed-halo", "procalcitonin", "fever", "cavity"))[0].reason
    assert "Reversed halo sign, as found here: 5 times likelier in COP than otherwise." in reason
    assert "Procalcitonin, as found here: 3 times less likely in COP" in reason and "cited it for" in reason
    assert "Fever says little about COP" in reason and "Cavity was not in the chart" in reason
    assert "Left out: Migration" in reason


def test_what_the_chart_says_stands_beside_the_finding():
    chart = Chart(CHART.evidence, CHART.seen, CHART.names, {"procalcitonin": "0.08 ng/mL"})
    citation = Citation(day=14, disease="cop", supports=("procalcitonin",))
    reason = evidence_items([citation], "cop", chart, MARKING.reasoning, AT)[0].reason
    assert "Procalcitonin (0.08 ng/mL): 3 times less likely in COP than otherwise." in reason


def test_an_account_of_the_leading_disease_is_expected():
    items = account((), ("reversed-halo",), lead="cop", disease="bacterial")
    assert [item.points for item in items] == [pytest.approx(log(5) / DUE), 0.0]
    assert "You lead with COP and cite nothing" in items[1].reason
    assert evidence_items([], "infarct", CHART, MARKING.reasoning, AT) == []  # nothing tells for or against it
    silent = sound(evidence_items([], "cop", CHART, MARKING.reasoning, AT))
    assert [item.points for item in silent] == [0.0]


def test_what_was_told_at_the_outset_is_said_to_count_already():
    told = replace(CHART, told={"fever"})
    citation = Citation(day=14, disease="cop", supports=("reversed-halo", "fever"))
    (item,) = sound(evidence_items([citation], "cop", told, MARKING.reasoning, AT))
    (plain,) = sound(evidence_items([citation], "cop", CHART, MARKING.reasoning, AT))
    assert item.points == plain.points
    assert "Fever was told at the outset" in item.reason and "told" not in plain.reason


def test_where_nothing_tells_nothing_is_asked():
    bare = Chart({"fever": {"cop": log(1.2)}}, {"fever"}, {})
    citation = Citation(day=14, disease="cop", supports=("fever",))
    assert evidence_items([citation], "cop", bare, MARKING.reasoning, AT) == []
    wrong = Citation(day=14, disease="cop", supports=("cavity",))
    assert sound(evidence_items([wrong], "cop", bare, MARKING.reasoning, AT))[0].points == 0.0


@given(st.sets(st.sampled_from([*sorted(RATIOS), "cavity"])), st.sets(st.sampled_from(sorted(RATIOS))))
def test_a_full_account_is_never_beaten(supports, opposes):
    best = telling_citations("cop", CHART, MARKING.reasoning)
    assert account(*best)[0].points == pytest.approx(1.0)
    items = account(tuple(supports - opposes), tuple(opposes - supports))
    assert 0.0 <= items[0].points <= 1.0


def test_citing_everything_for_a_disease_pays_less_than_choosing():
    assert account(tuple(RATIOS))[0].points < 1.0
