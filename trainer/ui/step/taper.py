"""A course of steroid as a curve, as text and as steps: three views of the same thing. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trainer.core.error import BadInput
from trainer.core.time import DAYS_PER_WEEK
from trainer.encounter.order import written_steps
from trainer.knowledge.plan import Step
from trainer.knowledge.statement import LAST_DAY
from trainer.knowledge.treatment import MOST_MG_PER_KG, Treatment, objection

MOST_STEPS = 60  # as many as a course holds
_FINE_MG, _COARSE_MG, _PULSE_MG = 1.0, 2.5, 25.0  # steps in which tablets allow a dose to be dragged; judgement
_FINE_BELOW, _PULSE_FROM = 10.0, 100.0
_PER_KG = 0.05
_LONGEST_DAYS = LAST_DAY


@dataclass(frozen=True)
class Stretch:
    """One step on the curve.

    Parameters
    ----------
    from_day, to_day : int
        From the first dose; ``to_day`` is the first day of the next step.
    mg : float
        A day.
    """

    from_day: int
    to_day: int
    mg: float


def in_text(steps: Sequence[Step]) -> str:
    """Return steps as `trainer.encounter.order.written_steps` reads them back."""
    return ", ".join(_step_text(step) for step in steps)


def _step_text(step: Step) -> str:
    weeks, odd = divmod(step.days, DAYS_PER_WEEK)
    count, word = (step.days, "day") if odd or not weeks else (weeks, "week")
    span = f"{count} {word}{'' if count == 1 else 's'}"
    return span if step.unit == "1" else f"{_figure(step.dose)} {step.unit} {span}"


def _figure(dose: float) -> str:
    return f"{dose:.3f}".rstrip("0").rstrip(".")


def curve(steps: Sequence[Step], weight_kg: float) -> tuple[Stretch, ...]:
    """Return steps as stretches of the curve."""
    found, day = [], 0
    for step in steps:
        found.append(Stretch(day, day + step.days, milligrams(step, weight_kg)))
        day += step.days
    return tuple(found)


def of_curve(stretches: Sequence[Stretch]) -> tuple[Step, ...]:
    """Return the curve as steps in mg."""
    return tuple(Step(dose=one.mg, unit="mg", days=one.to_day - one.from_day) for one in stretches)


def milligrams(step: Step, weight_kg: float) -> float:
    """Return what is taken a day, in mg."""
    return step.dose * weight_kg if step.unit == "mg/kg" else step.dose


def dragged(
    steps: Sequence[Step], index: int, mg: float | None, end_day: int | None, weight_kg: float, treatment: Treatment
) -> tuple[Step, ...]:
    """Return steps of which the end of one was drawn elsewhere.

    Parameters
    ----------
    steps : sequence of Step
    index : int
        Of the step.
    mg : float or None
        Dose to which it was drawn; it keeps its unit and goes in steps that tablets allow. None leaves it.
    end_day : int or None
        Day to which its end was drawn; what follows moves along. None leaves it.
    weight_kg : float
    treatment : Treatment
        Its highest dose is not passed.
    """
    step = steps[index]
    if mg is not None:
        step = step.model_copy(update={"dose": _allowed(mg, step.unit, weight_kg, treatment)})
    if end_day is not None:
        begins = sum(one.days for one in steps[:index])
        step = step.model_copy(update={"days": min(max(end_day - begins, 1), _LONGEST_DAYS)})
    return (*steps[:index], step, *steps[index + 1 :])


def _allowed(mg: float, unit: str, weight_kg: float, treatment: Treatment) -> float:
    highest = treatment.highest_dose.value
    if unit == "mg/kg":
        per_kg = round(min(max(mg, 0.0), highest) / weight_kg / _PER_KG) * _PER_KG
        return round(min(max(per_kg, _PER_KG), MOST_MG_PER_KG), 2)
    grain = grain_mg(mg)
    return min(max(round(mg / grain) * grain, _FINE_MG), highest)


def grain_mg(mg: float) -> float:
    """Return the step in which a dose of this size is drawn."""
    return _FINE_MG if mg < _FINE_BELOW else _PULSE_MG if mg >= _PULSE_FROM else _COARSE_MG


def edited(steps: Sequence[Step], index: int, what: str, text: str, treatment: Treatment) -> tuple[Step, ...] | str:
    """Return steps of which one was typed over, or why that cannot be.

    Parameters
    ----------
    steps : sequence of Step
    index : int
    what : {"dose", "unit", "days"}
    text : str
        What was typed.
    treatment : Treatment
    """
    was = steps[index]
    written = {"dose": _figure(was.dose), "unit": was.unit, "days": f"{was.days}"} | {what: text.strip().lower()}
    try:
        (made,) = written_steps(f"{written['dose']} {written['unit']} {written['days']} days", treatment)
    except (BadInput, ValueError):
        return f"{text.strip()!r} is no {what} of a step"
    reason = objection(treatment, made.dose, made.unit)
    return reason or (*steps[:index], made, *steps[index + 1 :])


def longer(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return steps with one more: half the last dose, for as long."""
    if len(steps) >= MOST_STEPS:
        return tuple(steps)
    last = steps[-1] if steps else Step(dose=40.0, unit="mg", days=28)
    dose = round(last.dose / 2, 2) if last.unit == "mg/kg" else max(round(last.dose / 2), 1)
    return (*steps, last.model_copy(update={"dose": float(dose)})) if steps else (last,)


@dataclass(frozen=True)
class Figures:
    """What a course comes to.

    Parameters
    ----------
    cumulative_mg : float
        In mg of prednisolone.
    days, end_day : int
        How long it lasts, and the first day without it.
    high_days : int
        At 20 mg of prednisolone or more, from which protection is asked about.
    """

    cumulative_mg: float
    days: int
    end_day: int
    high_days: int


def figures(
    steps: Sequence[Step], treatment: Treatment, weight_kg: float, today: int, high_mg: float = 20.0
) -> Figures:
    """Return what a course that begins today comes to."""
    strength = next((act.strength.value for act in treatment.acts if act.channel == "glucocorticoid"), 0.0)
    doses = [replace(one, mg=one.mg * strength) for one in curve(steps, weight_kg)]
    days = doses[-1].to_day if doses else 0
    return Figures(
        cumulative_mg=sum(one.mg * (one.to_day - one.from_day) for one in doses),
        days=days,
        end_day=today + days,
        high_days=sum(one.to_day - one.from_day for one in doses if one.mg >= high_mg),
    )
