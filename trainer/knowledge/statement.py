"""What a learner states at a step: the differential, the read of the CT, evidence and a forecast.

A statement names the day it is made on. Its words are identifiers of diseases and findings, so that it can be held
against what was there to see.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.knowledge.number import Frozen

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
LAST_DAY = 3650
Day = Annotated[int, Field(ge=0, le=LAST_DAY)]
Share = Annotated[float, Field(ge=0, le=1)]

TOKENS = 20
OTHER = "other"
"""What is left of a differential for all diseases that it does not name."""

Trend = Literal["better", "same", "worse"]
TRENDS: tuple[Trend, ...] = ("better", "same", "worse")

Zone = Literal["right-upper", "right-middle", "right-lower", "left-upper", "left-middle", "left-lower"]
ZONES: tuple[Zone, ...] = ("right-upper", "right-middle", "right-lower", "left-upper", "left-middle", "left-lower")
"""Thirds of each lung's height, as a radiologist reports them."""

Change = Literal["resolved", "smaller", "same", "larger", "new", "migrated"]
CHANGES: tuple[Change, ...] = ("resolved", "smaller", "same", "larger", "new", "migrated")
"""What has become of one opacity since the scan before; "migrated" is new in another place than one that is gone."""

MOST_MARKS = 60
_Label = Annotated[str, Field(pattern=r"^[0-9]{1,4}$")]


class Belief(Frozen):
    """A differential diagnosis stated on a day: shares in steps of 5 % that sum to 1."""

    day: Day
    shares: dict[Identifier, Share]

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        if abs(sum(self.shares.values()) - 1) > 1e-6:
            raise ValueError(f"the shares sum to {sum(self.shares.values()):g}, not to 1")
        if any(abs(share * TOKENS - round(share * TOKENS)) > 1e-6 for share in self.shares.values()):
            raise ValueError("shares go in steps of 0.05")
        return self


class Mark(Frozen):
    """A place in the CT that a reader marks.

    Parameters
    ----------
    x_mm, y_mm, z_mm : float
        In the coordinates of the chest, as the series shows them.
    rating : int
        1 unsure to 4 certain.
    sign : str, optional
        Finding that is seen there.
    """

    x_mm: Annotated[float, Field(ge=-2000, le=2000)]
    y_mm: Annotated[float, Field(ge=-2000, le=2000)]
    z_mm: Annotated[float, Field(ge=-2000, le=2000)]
    rating: Annotated[int, Field(ge=1, le=4)]
    sign: Identifier | None = None


class Read(Frozen):
    """A read of the CT of a day.

    Parameters
    ----------
    day : int
        Day of the scan, and of the read.
    signs : tuple of str
        Findings that are seen; what is not named is taken as not seen.
    zones : dict of str to int
        How sure the reader is that a zone holds disease: 0 sound to 4 certainly diseased. A zone that is not
        named is rated 0.
    trend : {"better", "same", "worse"}, optional
        The whole beside the scan before, if there is one.
    changes : dict of str to str
        What has become of single opacities, by their number in the series.
    marks : tuple of Mark
    """

    day: Day
    signs: Annotated[tuple[Identifier, ...], Field(max_length=40)] = ()
    zones: dict[Zone, Annotated[int, Field(ge=0, le=4)]] = Field(default_factory=dict)
    trend: Trend | None = None
    changes: dict[_Label, Change] = Field(default_factory=dict, max_length=64)
    marks: Annotated[tuple[Mark, ...], Field(max_length=MOST_MARKS)] = ()


class Citation(Frozen):
    """Findings cited for and against a disease on a day."""

    day: Day
    disease: Identifier
    supports: Annotated[tuple[Identifier, ...], Field(max_length=12)] = ()
    opposes: Annotated[tuple[Identifier, ...], Field(max_length=12)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        cited = (*self.supports, *self.opposes)
        if len(set(cited)) < len(cited):
            raise ValueError("a finding is cited twice")
        return self


class Forecast(Frozen):
    """What is expected of the CT and the patient at the next visit.

    Parameters
    ----------
    day : int
        On which it is stated.
    better, same, worse : float
        Shares that sum to 1.
    relapse : float
        Chance that a relapse is noticed by the next visit.
    """

    day: Day
    better: Share
    same: Share
    worse: Share
    relapse: Share = 0.0

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        if abs(self.better + self.same + self.worse - 1) > 1e-6:
            raise ValueError(f"better, same and worse sum to {self.better + self.same + self.worse:g}, not to 1")
        return self
