"""The validation table: computed figures, verdicts, and their intervals."""

import numpy as np
import pytest

from trainer.course.validating import Checked, validate
from trainer.knowledge.library import library
from trainer.knowledge.validation import CohortName, Row


def row(**changes):
    base = {
        "number": "x", "quantity": "q", "measure": "mean", "column": "fever", "published": 0.5, "n": 10,
        "source": "judgement", "cohort": CohortName(disease="cop", plan="untreated", days=0),
    }  # fmt: skip
    return Row(**(base | changes))


def test_verdicts():
    def verdict(value, **changes):
        return Checked(row(**changes), value, 0, 0, 1).verdict

    assert verdict(0.5, low=0.4, high=0.6) == "inside"
    assert verdict(0.7, low=0.4, high=0.6) == "outside"
    assert verdict(0.7, low=0.4, high=0.6, known_miss="because") == "known miss"
    assert verdict(0.7) == "not judged"


def test_a_row_lacking_what_its_measure_needs_is_refused():
    for measure in ("odds_ratio", "event_ratio", "share_above", "test_mean"):
        with pytest.raises(ValueError, match="lacks what it needs"):
            row(measure=measure)


def test_figures_are_taken_from_the_cohort(engine, monkeypatch):
    rng = np.random.default_rng(1)
    columns = {
        "patient": np.arange(4000), "fever": (rng.random(4000) < 0.3).astype(float),
        "crp_mg_l": rng.lognormal(4, 1, 4000),
        "relapsed": (rng.random(4000) < 0.5).astype(float),
    }  # fmt: skip
    monkeypatch.setattr("trainer.course.validating.simulate", lambda *_: columns)
    rows = [
        row(),
        row(measure="median", column="crp_mg_l"),
        row(measure="share_above", column="crp_mg_l", above=100.0),
        row(measure="odds_ratio", by="relapsed"),
        row(where=("crp_mg_l < 50",)),
        row(measure="event_ratio", versus=CohortName(disease="cop", plan="epler", days=0)),
    ]
    mean, median, share, odds, some, ratio = validate(engine, rows)
    assert mean.value == pytest.approx(columns["fever"].mean()) and mean.low < 0.3 < mean.high
    assert median.value == pytest.approx(np.median(columns["crp_mg_l"])) and median.low < np.exp(4) < median.high
    assert share.value == pytest.approx((columns["crp_mg_l"] > 100).mean())
    assert odds.low < 1 < odds.high
    assert some.patients == (columns["crp_mg_l"] < 50).sum()
    assert ratio.value == pytest.approx(1)


def test_the_table_of_the_knowledge_covers_the_published_rows():
    numbers = {"".join(c for c in r.number if c.isdigit()) for r in library().validation}
    assert {str(n) for n in range(1, 24)} <= numbers
    assert all(r.cohort.patients >= 2000 for r in library().validation)
    assert len([r for r in library().validation if r.known_miss]) <= 2


@pytest.mark.long
def test_every_figure_is_inside_or_a_declared_miss(engine):
    checked = validate(engine, library().validation)
    for c in checked:
        print(f"{c.row.number:4} {c.row.quantity:60.60} {c.row.low} to {c.row.high}: {c.value:.3f} {c.verdict}")
    assert [c.row.number for c in checked if c.verdict == "outside"] == []
