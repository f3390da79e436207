"""Published figures that simulated cohorts are held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from trainer.knowledge.number import Frozen
from trainer.knowledge.statement import Identifier

AT_PRESENTATION = (
    "age_years", "severity", "crp_mg_l", "fever", "symptom_weeks", "dlco_percent", "migrated", "consolidation",
    "ground_glass", "reversed_halo", "rim_mm", "ring_ml", "perilobular", "bilateral", "effusion",
)  # fmt: skip
LATER = (
    "patient", "symptom_to_treatment_weeks", "responded_w1", "responded_w2", "responded_w12",
    "complete_remission_w24", "clear_w4", "clearing_weeks", "spontaneous_remission", "residual_ct_m8", "relapsed",
    "relapse_day", "relapse_after_treatment_start_days", "relapse_dose_mg", "relapse_on_treatment", "relapses",
    "hyperglycaemia", "diabetes", "infection", "pjp", "adrenal_insufficiency", "any_steroid_effect", "died",
    "death_day", "cumulative_prednisolone_mg",
)  # fmt: skip


def _of(columns: Sequence[str]) -> AfterValidator:
    def check(condition: str) -> str:
        name = condition.split(maxsplit=1)[0]
        if name not in columns:
            raise ValueError(f"no column is called {name!r}; there are: {', '.join(columns)}")
        return condition

    return AfterValidator(check)


_Condition = Annotated[str, Field(pattern=r"^[a-z_0-9]+ (<|>=|==) -?[0-9]{1,12}(\.[0-9]{1,12})?$")]
ColumnAtPresentation = Annotated[str, Field(pattern=r"^[a-z_0-9]+$"), _of(AT_PRESENTATION)]
FilterAtPresentation = Annotated[_Condition, _of(AT_PRESENTATION)]
Filter = Annotated[_Condition, _of((*AT_PRESENTATION, *LATER))]


class CohortName(Frozen):
    """A cohort: which disease under which plan for how long."""

    disease: Identifier
    plan: Identifier
    days: Annotated[int, Field(ge=0, le=1000)]
    patients: Annotated[int, Field(ge=2000, le=50_000)] = 2000


class Row(Frozen):
    """One published figure, and how to take it from a cohort.

    Parameters
    ----------
    number : str
        For reference, such as "16".
    quantity : str
        What is counted, in words.
    cohort : CohortName
    versus : CohortName, optional
        A second cohort of the same patients, for a ratio.
    measure : {"mean", "median", "share_above", "odds_ratio", "event_ratio", "test_mean", "test_share_above"}
        "mean" of a 0/1 column is a share; "odds_ratio" is that of ``column`` between those with ``by`` and those
        without; "event_ratio" the ratio of its mean between ``cohort`` and ``versus``; the "test_" measures draw
        results of ``test`` (its finding ``column``) for the cohort.
    column : str
    by : str, optional
    above : float, optional
    where : tuple of str
        Filters such as "crp_mg_l < 100".
    test : str, optional
    published : float
    low, high : float, optional
        Interval that the simulated value must lie in; without one the row is printed and not judged.
    n : int
    unit : str
    source : str
    known_miss : str, optional
        Why the simulation is known to miss this figure.
    """

    number: str
    quantity: str
    cohort: CohortName
    versus: CohortName | None = None
    measure: Literal["mean", "median", "share_above", "odds_ratio", "event_ratio", "test_mean", "test_share_above"]
    column: str
    by: str | None = None
    above: float | None = None
    where: tuple[Filter, ...] = ()
    test: Identifier | None = None
    published: float
    low: float | None = None
    high: float | None = None
    n: int
    unit: str = "1"
    source: str
    known_miss: str | None = None

    @model_validator(mode="after")
    def _has_what_its_measure_needs(self) -> Self:
        needs = {
            "odds_ratio": self.by,
            "event_ratio": self.versus,
            "share_above": self.above,
            "test_mean": self.test,
            "test_share_above": self.test if self.above is not None else None,
        }
        if self.measure in needs and needs[self.measure] is None:
            raise ValueError(f"the measure {self.measure!r} lacks what it needs")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval needs both ends")
        return self


class Validation(Frozen):
    """The table."""

    rows: tuple[Row, ...]
