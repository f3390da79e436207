"""Who the patient is, apart from any disease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sex = Literal["F", "M"]


@dataclass(frozen=True)
class ChestName:
    """Which imported chest: a real one that stands for the patient's own.

    Parameters
    ----------
    name : str
        As it was called on the workstation where the patient was met.
    digest : str
        SHA-256 of its content, hexadecimal: what tells it from another of the same name.
    """

    name: str
    digest: str


@dataclass(frozen=True)
class Person:
    """A simulated person.

    Parameters
    ----------
    key : int
        64-bit key (`trainer.core.chance`) from which everything individual is drawn.
    sex : {"F", "M"}
    age_years, height_cm, weight_kg : float
    chest : ChestName, optional
        The imported chest that the pictures show; without one a chest is built for the person.
    """

    key: int
    sex: Sex
    age_years: float
    height_cm: float
    weight_kg: float
    chest: ChestName | None = None
