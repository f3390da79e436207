"""Who the patient is, apart from any disease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sex = Literal["F", "M"]


@dataclass(frozen=True)
class Person:
    """A simulated person.

    Parameters
    ----------
    key : int
        64-bit key (`trainer.core.chance`) from which everything individual is drawn.
    sex : {"F", "M"}
    age_years, height_cm, weight_kg : float
    """

    key: int
    sex: Sex
    age_years: float
    height_cm: float
    weight_kg: float
