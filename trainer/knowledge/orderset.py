"""Order sets: what is often ordered together, and courses that others have published. None names a patient."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer.knowledge.number import Frozen, Sourced
from trainer.knowledge.plan import Step
from trainer.knowledge.statement import Identifier


class Regimen(Frozen):
    """A treatment with its steps, from the day on which the set is ordered."""

    give: Identifier
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=60)]


class OrderSet(Sourced):
    """Tests and treatments under one title.

    Parameters
    ----------
    id, title : str
        The same for every case, so that no set tells what a patient has.
    kind : {"set", "course"}
        A set is queued as it is; a course is one treatment, offered as a template to be changed.
    tests : tuple of str
    treatments : tuple of Regimen
    """

    id: Identifier
    title: Annotated[str, Field(min_length=3, max_length=90)]
    kind: Literal["set", "course"] = "set"
    tests: tuple[Identifier, ...] = ()
    treatments: tuple[Regimen, ...] = ()
