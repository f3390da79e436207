"""A policy: where guidelines and sites differ, what holds here.

A run names the policy that it was played under; it can be scored again under another.
"""

from __future__ import annotations

from trainer.knowledge.marking import Marking
from trainer.knowledge.number import Frozen, Probability
from trainer.knowledge.statement import Identifier
from trainer.knowledge.valuation import Valuation

DEFAULT = "default"


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
        Case mix: relative frequency of each disease among the patients who are sent with such a picture. Healthy is
        not among them.
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
