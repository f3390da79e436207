"""What outcomes are worth, which acts are weighed against each other, and what follows once the disease is known."""

from __future__ import annotations

from trainer.knowledge.number import Frozen


class Valuation(Frozen):
    """The part of a policy that says what is good for a patient."""
