"""A stated differential against a posterior: what is honest is best."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.example import AT, MARKING, sound
from trainer.core.chance import key_of, uniform
from trainer.reasoning.belief import belief_item, spread

DISEASES = ("cop", "bacterial", "fungal", "eosinophilic", "adenocarcinoma", "uip", "infarct", "tuberculosis")
PRIOR = dict(zip(DISEASES, (0.14, 0.4, 0.03, 0.08, 0.1, 0.1, 0.1, 0.05), strict=True))
NAMES = {"cop": "Cryptogenic organizing pneumonia"}


def credit(stated, reference, **more):
    made = belief_item(stated, reference, PRIOR, MARKING.reasoning, AT, NAMES, **more)
    return sound([made])[0].points


def shares(values):
    total = sum(values)
    return {disease: value / total for disease, value in zip(DISEASES, values, strict=True)}


def posteriors(evenness, count=40):
    """Return posteriors from one or two likely diseases (small) to all about alike (large)."""
    for n in range(count):
        chance = [float(uniform(n, 7, 0, key_of("posterior", i) & 0x7FFFFFFF)) for i in range(len(DISEASES))]
        yield shares([max(-np.log(u), 1e-9) ** (1.0 / evenness) for u in chance])


def in_tokens(q):
    """Return shares as nearly as steps of 5 % allow (largest remainders)."""
    exact = {disease: 20 * share for disease, share in q.items()}
    tokens = {disease: int(share) for disease, share in exact.items()}
    for disease in sorted(exact, key=lambda d: tokens[d] - exact[d])[: 20 - sum(tokens.values())]:
        tokens[disease] += 1
    return {disease: count / 20 for disease, count in tokens.items() if count}


def test_other_falls_on_what_is_not_named():
    p = spread({"cop": 0.5, "other": 0.5}, PRIOR, DISEASES)
    assert p[0] == 0.5 and p.sum() == pytest.approx(1.0)
    assert p[1] / p[4] == pytest.approx(4.0)
    every = dict.fromkeys(DISEASES, 0.1) | {"other": 0.2}
    assert spread(every, PRIOR, DISEASES).sum() == pytest.approx(1.0)


@given(st.lists(st.integers(1, 100), min_size=8, max_size=8), st.lists(st.integers(1, 100), min_size=8, max_size=8))
def test_nothing_beats_what_could_be_known(a, b):
    q, p = shares(a), shares(b)
    assert credit(q, q) == pytest.approx(1.0)
    assert 0.0 <= credit(p, q) <= 1.0 + 1e-9


PLAYERS = {
    "honest": in_tokens,
    "equal": lambda _: dict.fromkeys(DISEASES, 1 / 8),
    "never extreme": lambda q: in_tokens({d: 0.5 * share + 0.5 / 8 for d, share in q.items()}),
    "always COP": lambda _: {"cop": 0.9, "other": 0.1},
}


@pytest.mark.parametrize("evenness", [0.2, 0.3, 0.5])
def test_equal_shares_and_never_extreme_lose_to_an_honest_player(evenness):
    made = {name: np.mean([credit(state(q), q) for q in posteriors(evenness)]) for name, state in PLAYERS.items()}
    assert made["honest"] > 0.9
    assert made["honest"] > made["never extreme"] + 0.05 > made["equal"]
    assert made["always COP"] < 0.5 * made["honest"]


def test_the_reason_names_what_was_off_and_what_was_taken_up():
    before, q = shares([20, 60, 4, 4, 4, 4, 2, 2]), shares([70, 10, 4, 4, 4, 4, 2, 2])
    made = belief_item(before, q, PRIOR, MARKING.reasoning, AT, NAMES, before=before)
    assert "You gave cryptogenic organizing pneumonia 20 %; the findings" in made.reason
    assert "support 70 %" in made.reason
    assert "you took up 0 %" in made.reason
    away = belief_item(shares([10, 70, 4, 4, 4, 4, 2, 2]), q, PRIOR, MARKING.reasoning, AT, NAMES, before=before)
    assert "moved away" in away.reason and away.points < made.points
    right = belief_item(q, q, PRIOR, MARKING.reasoning, AT, NAMES, before=before)
    assert "took up 100 %" in right.reason and right.evidence[0] == "cop 70 %"


def test_what_was_not_stated_earns_nothing():
    made = belief_item(None, PRIOR, PRIOR, MARKING.reasoning, AT, NAMES)
    assert (made.points, made.event) == (0.0, AT.event)
    sound([made])
