"""What a number may be: nothing that would divide by zero or run away once patients are simulated."""

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
