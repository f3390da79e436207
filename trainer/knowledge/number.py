"""Numbers that know their unit and where they come from."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

JUDGEMENT = "judgement"
_WIDEST = {"normal": 1000.0, "lognormal": 20.0}  # wider than anything in a body; judgement
_FARTHEST_Z = 4.0


class Frozen(BaseModel):
    """A value object: no unknown keys, no changes, no guessing of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, data: Any) -> Any:
        """Let YAML's lists fill tuple fields; strict mode would refuse them."""
        if isinstance(data, dict):
            return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return data


class Sourced(Frozen):
    """Anything that rests on a source.

    Parameters
    ----------
    source : str
        A key of ``sources.yaml``, or "judgement".
    reason : str, optional
        Why this value; required of a judgement.
    """

    source: str
    reason: str | None = None

    @model_validator(mode="after")
    def _judgement_has_a_reason(self) -> Self:
        if self.source == JUDGEMENT and not self.reason:
            raise ValueError("a judgement needs its reason")
        return self


class Number(Sourced):
    """One number.

    Parameters
    ----------
    value : float
    unit : str
        "1" for a share, a factor or a probability.
    """

    value: float
    unit: str = "1"


class Spread(Sourced):
    """How a number varies between patients.

    Parameters
    ----------
    shape : {"normal", "lognormal"}
    centre : float
        Mean of a normal, median of a lognormal.
    spread : float
        Standard deviation of a normal, at most 1000; geometric standard deviation of a lognormal, from 1 to 20.
    low, high : float, optional
        Draws are clipped to these.
    unit : str
    """

    shape: Literal["normal", "lognormal"] = "normal"
    centre: float
    spread: float
    low: float | None = None
    high: float | None = None
    unit: str = "1"

    @property
    def varies(self) -> bool:
        """Whether draws differ."""
        return self.spread > (self.shape == "lognormal")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.shape == "lognormal" and (self.spread < 1 or self.centre <= 0):
            raise ValueError("a lognormal needs a positive median and a geometric SD of at least 1")
        widest = _WIDEST[self.shape]
        if not 0 <= self.spread <= widest:
            raise ValueError(f"the spread {self.spread:g} of a {self.shape} is outside 0 to {widest:g}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        return self

    def at(self, z: float) -> float:
        """Return the value at ``z`` standard deviations from the centre, clipped."""
        value = self.centre + self.spread * z if self.shape == "normal" else self.centre * self.spread**z
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return min(max(value, low), high)

    def log_density(self, value: float) -> float:
        """Return the log of the density of draws at ``value``; at a limit, of the share that is clipped to it.

        Never below that of 4 standard deviations, and a spread of nothing counts as one of a hundredth of the
        centre, so that no single value excludes anything for good.
        """
        if self.shape == "lognormal":
            least = 1e-9
            scale = max(math.log(self.spread), 0.01)
            log_value = math.log(max(value, least))
            z, jacobian = (log_value - math.log(self.centre)) / scale, log_value
        else:
            scale = max(self.spread, 0.01 * abs(self.centre), 1e-9)
            z, jacobian = (value - self.centre) / scale, 0.0
        z = min(max(z, -_FARTHEST_Z), _FARTHEST_Z)
        if self.low is not None and value <= self.low:
            return math.log(0.5 * math.erfc(-z / math.sqrt(2.0)))
        if self.high is not None and value >= self.high:
            return math.log(0.5 * math.erfc(z / math.sqrt(2.0)))
        return -0.5 * z**2 - math.log(scale * math.sqrt(2.0 * math.pi)) - jacobian


def within(unit: str = "1", low: float = 0.0, high: float = math.inf, *, limited: bool = False) -> AfterValidator:
    """Return the check that a number has this unit and lies in this range.

    Of a `Spread` the centre and the limits are checked; one that is ``limited`` must have both, if it varies.
    """

    def check(number: Number | Spread) -> Number | Spread:
        if number.unit != unit:
            raise ValueError(f"the unit is {number.unit!r}, {unit!r} is expected")
        values = [number.value] if isinstance(number, Number) else [number.centre, number.low, number.high]
        for value in values:
            if value is not None and not low <= value <= high:
                raise ValueError(f"{value:g} is outside {low:g} to {high:g} {unit}")
        if limited and None in values and isinstance(number, Spread) and number.varies:
            raise ValueError("low and high are needed")
        return number

    return AfterValidator(check)


Factor = Annotated[Number, within()]
Probability = Annotated[Number, within(high=1.0)]
