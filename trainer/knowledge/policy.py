"""A policy: where guidelines and sites differ, what holds here.

A run names the policy that it was played under; it can be scored again under another.
"""

from __future__ import annotations

import math

from pydantic import field_validator

from trainer.knowledge.marking import Marking
from trainer.knowledge.number import Frozen, Number, Probability
from trainer.knowledge.statement import Identifier
from trainer.knowledge.valuation import Valuation

DEFAULT = "default"
HEALTHY = "healthy"


class Policy(Frozen):
    """A policy, one file in ``assets/policies``.

    Parameters
    ----------
    id : str
        Also the name of the file.
    title : str
    summary : str
        Where it takes a stand that others do not.
    extends : str, optional
        Identifier of the policy whose values hold wherever this file gives none.
    prior : dict of str to Number
        Case mix: share of each disease among the patients who are sent with such a picture; the shares sum to 1.
        Healthy is not among them.
    value : Valuation
    marking : Marking
    """

    id: Identifier
    title: str
    summary: str
    extends: Identifier | None = None
    prior: dict[Identifier, Probability]
    value: Valuation
    marking: Marking

    @field_validator("prior")
    @classmethod
    def _is_a_case_mix(cls, prior: dict[str, Number]) -> dict[str, Number]:
        total = math.fsum(share.value for share in prior.values())
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"the shares sum to {total:g}, not to 1")
        if HEALTHY in prior:
            raise ValueError("the healthy are not sent with such a picture")
        return prior

    @property
    def case_mix(self) -> dict[str, float]:
        """The shares of the prior as plain numbers."""
        return {disease: share.value for disease, share in self.prior.items()}
