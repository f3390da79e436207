"""What can be found in a patient, and the sources that numbers rest on."""

from __future__ import annotations

from typing import Literal

from trainer.knowledge.number import Frozen


class Source(Frozen):
    """A publication or a text of reference.

    Parameters
    ----------
    citation : str
        Authors, title or journal, year: enough to find it.
    year : int
    n : int, optional
        Patients (or episodes) behind the numbers.
    url : str, optional
    """

    citation: str
    year: int
    n: int | None = None
    url: str | None = None


class Finding(Frozen):
    """Something that a learner may find and cite.

    Parameters
    ----------
    name : str
        As a clinician or the Fleischner glossary says it.
    kind : {"symptom", "sign", "history", "laboratory", "imaging", "function", "histology", "course"}
    definition : str
        One sentence.
    source : str
        Key of the source of the definition.
    """

    name: str
    kind: Literal["symptom", "sign", "history", "laboratory", "imaging", "function", "histology", "course"]
    definition: str
    source: str
