"""Tests: history and examination, laboratory, imaging, function, biopsy and conference.

A test reports findings. What a finding reports comes from the patient's state where the engine carries it (CRP,
FVC, the picture), and otherwise from a distribution that depends on the disease.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.knowledge.number import Frozen, Number, Probability, Sourced, Spread, within

OTHERWISE = "otherwise"


class Complication(Frozen):
    """A harm that a test or a treatment may do."""

    name: str
    probability: Probability


class StateReport(Frozen):
    """A quantity that the engine carries, read with an error.

    Parameters
    ----------
    finding : str
    variable : str
        A field of the patient's state.
    unit : str
    error : Number
        Coefficient of variation of one reading (analytical and within-day).
    """

    kind: Literal["state"]
    finding: str
    variable: str
    unit: str
    error: Annotated[Number, within(high=1.0)]


class BinaryReport(Frozen):
    """Positive or negative, with a probability for each disease, group of diseases or "otherwise"."""

    kind: Literal["binary"]
    finding: str
    positive: str
    negative: str
    probability: dict[str, Probability]


class QuantityReport(Frozen):
    """A number drawn from a distribution for each disease, group of diseases or "otherwise"."""

    kind: Literal["quantity"]
    finding: str
    unit: str
    values: dict[str, Spread]


class Shares(Sourced):
    """How often each category is reported; the rest falls to the first."""

    shares: dict[str, Annotated[float, Field(ge=0, le=1)]]

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        if abs(sum(self.shares.values()) - 1.0) > 0.005:
            raise ValueError(f"the shares sum to {sum(self.shares.values()):.3f}, not to 1")
        return self


class CategoryReport(Frozen):
    """One of several described outcomes: histology, cytology, culture."""

    kind: Literal["category"]
    finding: str
    texts: dict[str, str]
    shares: dict[str, Shares]

    @model_validator(mode="after")
    def _categories_are_described(self) -> Self:
        unknown = {c for s in self.shares.values() for c in s.shares} - set(self.texts)
        if unknown:
            raise ValueError(f"no text for {', '.join(sorted(unknown))}")
        return self


class ImageReport(Frozen):
    """A picture drawn from the patient's chest."""

    kind: Literal["image"]
    finding: str
    modality: Literal["CT", "DX"]


Report = Annotated[
    StateReport | BinaryReport | QuantityReport | CategoryReport | ImageReport, Field(discriminator="kind")
]

TestGroup = Literal[
    "history", "examination", "blood", "microbiology", "immunology", "imaging",
    "function", "bronchoscopy", "biopsy", "cardiac", "conference",
]  # fmt: skip


class Investigation(Frozen):
    """A test that can be ordered.

    Parameters
    ----------
    id : str
        Lower case, words joined by hyphens.
    name : str
    synonyms : tuple of str
        Other names and abbreviations that a clinician types.
    group : str
    latency : Number
        Hours from order to result.
    cost : Number
        Euro, for comparing orders with each other.
    radiation : Number
        Effective dose, mSv.
    invasive : bool
        Whether it enters the body beyond a needle in a vein.
    settings : tuple of str
        Where it can be done.
    complications : tuple of Complication
    reports : tuple of Report
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: str
    synonyms: tuple[str, ...]
    group: TestGroup
    latency: Annotated[Number, within("h")]
    cost: Annotated[Number, within("EUR")]
    radiation: Annotated[Number, within("mSv", high=50)]
    invasive: bool = False
    settings: tuple[Literal["home", "clinic", "ward", "icu"], ...] = ("clinic", "ward", "icu")
    complications: tuple[Complication, ...] = ()
    reports: tuple[Report, ...]
