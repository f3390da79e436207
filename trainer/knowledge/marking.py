"""How a run is marked: points of key features, safety gates, the weights of the dials."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from trainer.knowledge.number import Factor, Frozen, Number, Probability, within
from trainer.knowledge.statement import Identifier

Dial = Literal[
    "perception", "response", "diagnosis", "calibration", "evidence", "management", "safety", "economy"
]  # fmt: skip
DIALS: tuple[Dial, ...] = get_args(Dial)
"""What a performance is judged on, each by itself."""

ActedChannel = Literal["typical_bacteria", "atypical_bacteria", "resistant_bacteria", "mycobacteria", "mould"]

Weeks = Annotated[Number, within("weeks", high=520)]
Days = Annotated[Number, within("days", high=90)]
DailyMg = Annotated[Number, within("mg/day", high=200)]
Percent = Annotated[Number, within("%", high=100)]


class Points(Frozen):
    """What key features and other acts are worth.

    Parameters
    ----------
    essential, useful : Number
        Earned when met in time.
    wasteful, harmful : Number
        Lost when done. A dangerous act loses as much as a harmful one, and fails a safety gate.
    decision : Number
        Most that the choice at a step can earn, by its regret.
    lost_all : Number
        Points of expected utility below the best act at which a choice earns nothing, if no act on the table is worse.
    """

    essential: Factor
    useful: Factor
    wasteful: Factor
    harmful: Factor
    decision: Factor
    lost_all: Annotated[Number, within("points", low=1, high=100)]


class Perception(Frozen):
    """How a read of the CT is marked.

    Parameters
    ----------
    signs : dict of str to Number
        Weight of findings; one that is not named weighs 1.
    false_sign : Number
        Share of its weight that a sign loses that is named and not there.
    radius_mm : Number
        A mark hits an opacity whose mask it is no farther from.
    false_mark : Number
        Lost for each mark that hits nothing.
    counted_false_marks : Number
        No more than so many are counted.
    near_trend : Number
        Credit for a trend that is one class off.
    """

    signs: dict[Identifier, Factor]
    false_sign: Factor
    radius_mm: Annotated[Number, within("mm", high=50)]
    false_mark: Probability
    counted_false_marks: Factor
    near_trend: Probability


class Reasoning(Frozen):
    """How beliefs, forecasts and cited findings are marked.

    Parameters
    ----------
    divergence : Number
        Nats of divergence from the observer at which a belief keeps 1/e of its credit.
    excess : Number
        Excess Brier score at which a forecast earns nothing.
    telling_ratio : Number
        A finding whose likelihood ratio is this or more, one way or the other, is telling.
    weak_ratio : Number
        One whose ratio is less says little.
    strongest : Number
        So many telling findings make a full account.
    largest_ratio : Number
        Beyond this a finding counts no more.
    """

    divergence: Annotated[Number, within("nats", low=0.05, high=10)]
    excess: Annotated[Number, within(low=0.01, high=2)]
    telling_ratio: Annotated[Number, within(low=1)]
    weak_ratio: Annotated[Number, within(low=1)]
    strongest: Annotated[Number, within(low=1, high=12)]
    largest_ratio: Annotated[Number, within(low=1)]


class Infection(Frozen):
    """An infection that a steroid lets loose.

    Parameters
    ----------
    threshold : Number
        Chance of it from which a steroid needs cover.
    channels : tuple of str
        A drug that acts on any of these covers it.
    """

    threshold: Probability
    channels: Annotated[tuple[ActedChannel, ...], Field(min_length=1)]


class UncoveredSteroid(Frozen):
    """No steroid of this dose while an infection is likely and nothing is given against it."""

    title: str
    from_mg: DailyMg
    infections: Annotated[dict[Identifier, Infection], Field(min_length=1)]


class Prophylaxis(Frozen):
    """Protection against Pneumocystis from a dose and a duration on.

    Parameters
    ----------
    from_mg, weeks : Number
        It is demanded of those who take so much prednisolone a day, or more, for longer than so many weeks on end.
    second_defect : bool
        Whether it is demanded only of those whose defence is lowered by something else as well.
    defects : tuple of str
        Findings that are such a lowering, beside a steroid-sparing immunosuppressant.
    drugs : tuple of str
        Treatments that are such a prophylaxis; a case with a key feature of its own that asks for one marks it so.
    slack : Number
        Days at that dose that may go without. With more of them the loss grows; at ``weeks`` it is whole.
    gate_weeks : Number
        So many weeks without fail the gate.
    source : str
    """

    title: str
    from_mg: DailyMg
    weeks: Weeks
    second_defect: bool = False
    defects: tuple[Identifier, ...] = ()
    drugs: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    slack: Days
    gate_weeks: Weeks
    source: str


class AbruptStop(Frozen):
    """A steroid taken for longer than some weeks is not stopped at once from this dose."""

    title: str
    weeks: Weeks
    from_mg: DailyMg


class Hypoxaemia(Frozen):
    """These tests are not done while the saturation is known to be below so much.

    Parameters
    ----------
    finding : str
        The saturation.
    below : dict of str to Number
        By test.
    """

    title: str
    finding: Identifier
    below: Annotated[dict[Identifier, Percent], Field(min_length=1)]


class Unheeded(Frozen):
    """A deterioration that was seen is answered with an order within some days; waiting under watch is none.

    It is a harm and no gate, since whether there is one to answer is chance.
    """

    title: str
    within_days: Days


class Pulse(Frozen):
    """A steroid of this dose is for those who are known to be in respiratory failure, or have just got worse.

    Parameters
    ----------
    from_mg : Number
        Prednisolone equivalent a day.
    below : Number
        Saturation that calls for it.
    within_days : Number
        Or a deterioration seen no longer ago.
    """

    title: str
    from_mg: Annotated[Number, within("mg/day", high=2000)]
    below: Percent
    within_days: Days


class Safety(Frozen):
    """The gates that hold in every case, and what failing one costs. One that is null does not hold.

    Parameters
    ----------
    cap : Number
        With a failed gate the overall figure is this at most.
    failed_gate : Number
        Share of the safety dial that a failed gate takes.
    harm : Number
        Share of it that a harmful act takes.
    """

    cap: Annotated[Number, within(high=100)]
    failed_gate: Probability
    harm: Probability
    uncovered_steroid: UncoveredSteroid | None = None
    prophylaxis: Prophylaxis | None = None
    abrupt_stop: AbruptStop | None = None
    hypoxaemia: Hypoxaemia | None = None
    unheeded: Unheeded | None = None
    pulse: Pulse | None = None


class Economy(Frozen):
    """What is spent beside the reference.

    Parameters
    ----------
    slack : Number
        Up to so many times the reference's sum the credit is full.
    nothing : Number
        At so many times it is none.
    least_eur, least_msv, least_invasive : Number
        A reference that spends less counts as this, so that a first test is no multiple of nothing.
    """

    slack: Annotated[Number, within(low=1)]
    nothing: Annotated[Number, within(low=1)]
    least_eur: Annotated[Number, within("EUR", low=1)]
    least_msv: Annotated[Number, within("mSv", low=0.1)]
    least_invasive: Annotated[Number, within(low=0.1)]

    @model_validator(mode="after")
    def _falls(self) -> Self:
        if self.nothing.value <= self.slack.value:
            raise ValueError("`nothing` must be above `slack`")
        return self


class Marking(Frozen):
    """The part of a policy that says what a performance is worth.

    Parameters
    ----------
    weights : dict of str to Number
        Of each dial in the overall figure.
    points : Points
    perception : Perception
    reasoning : Reasoning
    safety : Safety
    economy : Economy
    """

    weights: dict[Dial, Factor]
    points: Points
    perception: Perception
    reasoning: Reasoning
    safety: Safety
    economy: Economy

    @model_validator(mode="after")
    def _weighs_all(self) -> Self:
        bare = [dial for dial in DIALS if dial not in self.weights or self.weights[dial].value <= 0]
        if bare:
            raise ValueError(f"no weight for {', '.join(bare)}")
        return self
