"""What a number may be: nothing that would divide by zero or run away once patients are simulated."""

import math

import numpy as np
import pytest
from pydantic import ValidationError

from trainer.core.place import assets_dir
from trainer.knowledge.body import Body
from trainer.knowledge.disease import Disease
from trainer.knowledge.document import read_document
from trainer.knowledge.number import Spread

COP = assets_dir() / "knowledge" / "diseases" / "cop.yaml"
BODY = assets_dir() / "knowledge" / "body.yaml"
MISSING = object()


def changed(path, where, value):
    """Return a file's values with one of them changed, or taken away."""
    values = holder = read_document(path).value
    *outer, last = where
    for key in outer:
        holder = holder[key]
    if value is MISSING:
        del holder[last]
    else:
        assert holder.get(last) != value
        holder[last] = value
    return values


PATCH = ("opacities", 0)
BAD = [
    *((COP, (*PATCH, name, "value"), 0) for name in ("ripening", "burn_out")),
    (COP, ("inflammation", "half_effect_dose", "value"), 0),
    (COP, ("inflammation", "turn", "spread"), 1e300),
    (COP, ("inflammation", "ignition_spread", "value"), 1e300),
    (COP, (*PATCH, "births", "value"), 1e9),
    (COP, (*PATCH, "volume", "spread"), 1e6),
    (COP, (*PATCH, "volume", "high"), 1e9),
    (COP, (*PATCH, "volume", "low"), -5),
    (COP, (*PATCH, "volume", "high"), MISSING),
    (COP, (*PATCH, "lobes"), dict.fromkeys(read_document(COP).value["opacities"][0]["lobes"], 0)),
    (COP, ("population", "age", "high"), 1000),
    (COP, ("population", "age", "low"), MISSING),
    (COP, ("population", "onset_to_presentation", "high"), MISSING),
    (COP, ("population", "onset_to_presentation", "high"), 100_000),
    *((BODY, ("prednisolone", name, "value"), 0) for name in ("bioavailability", "elimination", "absorption")),
    (COP, ("population", "severity", "spread"), 1000),
    (COP, ("population", "severity", "centre"), 1000),
    (BODY, ("prednisolone", "sensitivity_spread", "value"), 1000),
    *((BODY, ("prednisolone", name, "value"), 0) for name in ("sparing_delay", "macrolide_delay")),
    (BODY, ("prednisolone", "absorption", "value"), 0.231),
    (BODY, ("prednisolone", "steepness", "value"), 1e6),
    (BODY, ("vitals", "crp_half_life", "value"), 0),
    (BODY, ("vitals", "lung_volume", "value"), 0),
    (BODY, ("harm", "haemoglobin_turnover", "value"), 0),
    (BODY, ("mortality", "background_doubling", "value"), 0),
    (BODY, ("stature", "height_men", "high"), MISSING),
]


@pytest.mark.parametrize(
    ("path", "where", "value"), BAD, ids=lambda v: ".".join(map(str, v)) if type(v) is tuple else ""
)
def test_what_would_run_away_is_refused_where_it_stands(path, where, value):
    model = Body if path == BODY else Disease
    model.model_validate(read_document(path).value)
    with pytest.raises(ValidationError) as caught:
        model.model_validate(changed(path, where, value))
    for error in caught.value.errors():
        assert error["loc"] == where[: len(error["loc"])], error
        assert error["loc"], error


@pytest.mark.parametrize(
    ("shape", "spread"),
    [("normal", -1), ("normal", 1e4), ("lognormal", 0.5), ("lognormal", 21.0), ("lognormal", 1e300)],
)
def test_a_spread_has_its_bounds(shape, spread):
    with pytest.raises(ValidationError):
        Spread(shape=shape, centre=1.0, spread=spread, source="x")


def test_what_does_not_vary_needs_no_limits():
    values = changed(COP, ("population", "age"), {"centre": 61, "spread": 0, "unit": "year", "source": "cazzato-2000"})
    assert Disease.model_validate(values).population.age.high is None


SPREADS = [
    Spread(source="judgement", reason="a test", shape="normal", centre=8.0, spread=11.0, low=0.0, high=90.0),
    Spread(source="judgement", reason="a test", shape="lognormal", centre=1.5, spread=1.6, high=6.0),
    Spread(source="judgement", reason="a test", shape="normal", centre=-2.0, spread=1.0, low=0.0),
]


@pytest.mark.parametrize("spread", SPREADS)
def test_the_density_of_draws_and_the_share_at_a_limit_are_those_of_draws(spread):
    z = np.random.default_rng(2).standard_normal(40_000)
    draws = np.array([spread.at(one) for one in z])
    limits = [limit for limit in (spread.low, spread.high) if limit is not None]
    for limit in limits:
        if (draws == limit).any():
            assert math.exp(spread.log_density(limit)) == pytest.approx((draws == limit).mean(), abs=0.01)
    for x in np.quantile(draws[~np.isin(draws, limits)], [0.2, 0.5, 0.8]):
        near = 0.05 * spread.spread
        share = ((np.abs(draws - x) < near) & ~np.isin(draws, limits)).mean()
        assert math.exp(spread.log_density(x)) * 2 * near == pytest.approx(share, abs=0.006, rel=0.1)


def test_no_value_is_impossible_and_a_spread_of_nothing_has_a_density():
    fixed = Spread(source="judgement", reason="a test", centre=2.0, spread=0.0)
    assert math.isfinite(fixed.log_density(50.0))
    assert fixed.log_density(2.0) > fixed.log_density(2.1)
