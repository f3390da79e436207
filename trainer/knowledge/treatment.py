"""Treatments, and the channels through which they act on a patient."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Literal

from pydantic import Field

from trainer.knowledge.investigation import Complication
from trainer.knowledge.number import Frozen, Number, within


class Channel(IntEnum):
    """What a treatment does to the engine.

    ``GLUCOCORTICOID`` carries milligrams of prednisolone (or their equivalent) a day; every other channel a
    strength from 0 (absent) to 1 (full effect of a well-dosed, fully effective agent).
    """

    GLUCOCORTICOID = 0
    TYPICAL_BACTERIA = 1
    ATYPICAL_BACTERIA = 2
    RESISTANT_BACTERIA = 3
    MYCOBACTERIA = 4
    MOULD = 5
    PNEUMOCYSTIS = 6
    MACROLIDE_IMMUNE = 7
    STEROID_SPARING = 8
    ANTIFIBROTIC = 9
    ANTICOAGULATION = 10
    BONE_PROTECTION = 11
    GLUCOSE_LOWERING = 12
    OXYGEN = 13
    CULPRIT_WITHDRAWAL = 14


class Act(Frozen):
    """One effect of a treatment.

    Parameters
    ----------
    channel : str
        Name of a `Channel` in lower case.
    strength : Number
        For the glucocorticoid channel: mg prednisolone equivalent per mg. For others: 0 to 1 at ``usual_dose``.
    """

    channel: Literal[
        "glucocorticoid", "typical_bacteria", "atypical_bacteria", "resistant_bacteria", "mycobacteria", "mould",
        "pneumocystis", "macrolide_immune", "steroid_sparing", "antifibrotic", "anticoagulation", "bone_protection",
        "glucose_lowering", "oxygen", "culprit_withdrawal",
    ]  # fmt: skip
    strength: Annotated[Number, within(high=50)]


MOST_MG_PER_KG = 2.0  # prednisolone equivalent a day by mouth; above this only pulses, in mg (BTS 2008 and others)

TreatmentGroup = Literal[
    "glucocorticoid", "antibiotic", "antifungal", "antituberculous", "anticoagulant", "steroid-sparing",
    "antifibrotic", "prophylaxis", "supportive", "withdrawal",
]  # fmt: skip


class Treatment(Frozen):
    """A treatment that can be ordered.

    Parameters
    ----------
    id, name, synonyms, group
        As for a test.
    route : str
    dose_unit : str
        What a dose is counted in, a day: "mg", "L/min", or "1" for on and off.
    usual_dose, highest_dose : Number
        Daily; an order above the highest is refused.
    cost : Number
        Euro a day.
    acts : tuple of Act
    harms : tuple of Complication
        Harms that the engine does not derive from the patient's state, each with its probability in a course.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: str
    synonyms: tuple[str, ...]
    group: TreatmentGroup
    route: Literal["oral", "intravenous", "inhaled", "subcutaneous", "none"]
    dose_unit: Literal["mg", "L/min", "1"]
    usual_dose: Annotated[Number, within("per day")]
    highest_dose: Annotated[Number, within("per day")]
    cost: Annotated[Number, within("EUR/day")]
    acts: tuple[Act, ...]
    harms: tuple[Complication, ...] = ()


def objection(treatment: Treatment, dose: float, unit: str) -> str | None:
    """Return why a daily dose cannot be ordered, or None.

    Parameters
    ----------
    treatment : Treatment
    dose : float
        In ``unit``: "mg", "mg/kg", or "1" for the usual dose of a drug that is simply given.
    unit : str
    """
    if treatment.group != "glucocorticoid":
        if unit != "1":
            return "the unit '1', its usual dose, is expected"
        return "more than its usual dose" if dose > 1 else None
    most = {"mg": treatment.highest_dose.value, "mg/kg": MOST_MG_PER_KG}.get(unit)
    if most is None:
        return "a dose in mg or mg/kg is expected"
    return f"above the highest daily dose, {most:g} {unit}" if dose > most else None
