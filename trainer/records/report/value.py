"""What a report says, as frozen values; how it looks is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

DISCLAIMER = "Simulated, for training; no measure of clinical competence."


@dataclass(frozen=True)
class NextCard:
    """A card of the review that falls due.

    Parameters
    ----------
    due : date
    text : str
        What it asks about, without telling any answer.
    """

    due: date
    text: str


@dataclass(frozen=True)
class Cover:
    """What only the records know of a run.

    Parameters
    ----------
    learner : str or None
        Pseudonym; None for nobody's.
    finished_on : date or None
        Day of the last save.
    next_cards : tuple of NextCard
        In any order.
    """

    learner: str | None = None
    finished_on: date | None = None
    next_cards: tuple[NextCard, ...] = ()


@dataclass(frozen=True)
class Chain:
    """What a run file or a database can be held against later: the end of the run's hash chain and its length.

    Parameters
    ----------
    head : str
        SHA-256 in hexadecimal digits.
    count : int
        Number of events.
    """

    head: str
    count: int


@dataclass(frozen=True)
class Fact:
    """One line of who, what and when."""

    label: str
    text: str


@dataclass(frozen=True)
class DialLine:
    """A dial.

    Parameters
    ----------
    name, words : str
        What it is called, and what it is about.
    value, se : float or None
        0 to 100 and the standard error; None where the case did not ask for it.
    cost : str
        The item that cost most, with its day; "" if nothing did.
    """

    name: str
    words: str
    value: float | None
    se: float | None
    cost: str = ""


@dataclass(frozen=True)
class GateLine:
    """A safety gate; a failed one says when and why."""

    title: str
    failed: bool
    day: int
    reason: str


@dataclass(frozen=True)
class Bar:
    """A treatment from its first day up to the day after its last."""

    name: str
    first_day: int
    end_day: int


@dataclass(frozen=True)
class BeliefLine:
    """One disease over the visits: the learner's shares, None where nothing was stated, and the observer's."""

    name: str
    stated: tuple[float | None, ...]
    observer: tuple[float, ...]


@dataclass(frozen=True)
class Timeline:
    """The run day by day.

    Parameters
    ----------
    last_day : int
    visits : tuple of int
        Days on which the clock stood.
    scans, invasive, alarms : tuple of int
        Days of CTs, of invasive tests, and of deteriorations and calls.
    death_day : int or None
    dose_mg : tuple of float
        Prednisolone equivalent taken on each day from 0 to ``last_day``.
    bars : tuple of Bar
        Other treatments.
    more_bars : int
        How many of them are left out.
    belief_days : tuple of int
        Day of each column of ``beliefs``.
    beliefs : tuple of BeliefLine
    """

    last_day: int
    visits: tuple[int, ...]
    scans: tuple[int, ...]
    invasive: tuple[int, ...]
    alarms: tuple[int, ...]
    death_day: int | None
    dose_mg: tuple[float, ...]
    bars: tuple[Bar, ...]
    more_bars: int
    belief_days: tuple[int, ...]
    beliefs: tuple[BeliefLine, ...]


@dataclass(frozen=True)
class Thumbnail:
    """A slice of a CT in the lung window, as PNG, with the words for who cannot see it."""

    label: str
    alt: str
    png: bytes


@dataclass(frozen=True)
class RegretStep:
    """A visit at which orders were weighed.

    Parameters
    ----------
    day : int
    title : str
        Of the step of the case.
    total, belief, act, standard_error : float
        Regret in points of expected utility, its two parts and its error.
    reach : float
        The best act on the table less the worst.
    equally_right : bool
    chosen, best : str
    stated, observer : str
        The leading diagnoses of the learner and of the observer, with shares.
    luck : float or None
    pictures : tuple of Thumbnail
        Of the prior CT, if there was one, and of the current one.
    """

    day: int
    title: str
    total: float
    belief: float
    act: float
    standard_error: float
    reach: float
    equally_right: bool
    chosen: str
    best: str
    stated: str
    observer: str
    luck: float | None
    pictures: tuple[Thumbnail, ...]


@dataclass(frozen=True)
class Report:
    """All that the two pages say.

    Parameters
    ----------
    title : str
        Of the case.
    facts : tuple of Fact
    policy, policy_words : str
        Title of the policy, and where it takes a stand that others do not.
    overall : float
    weights : mapping
        Of each dial that was asked for in the overall figure.
    cap : float or None
        What a failed gate holds the overall figure down to, if it does.
    dials : tuple of DialLine
        Always eight.
    gates : tuple of GateLine
        The failed ones first; not all of them where there are very many.
    failed_gates, passed_gates : int
    chain : Chain
    disease, ending : str
        What the patient had, and what became of them.
    timeline : Timeline
    steps : tuple of RegretStep
        Three at most, the largest regret first.
    weighed : int
        Number of visits at which orders were weighed.
    next_cards : tuple of NextCard
        The first that fall due.
    more_cards : int
    """

    title: str
    facts: tuple[Fact, ...]
    policy: str
    policy_words: str
    overall: float
    weights: Mapping[str, float]
    cap: float | None
    dials: tuple[DialLine, ...]
    gates: tuple[GateLine, ...]
    failed_gates: int
    passed_gates: int
    chain: Chain
    disease: str
    ending: str
    timeline: Timeline
    steps: tuple[RegretStep, ...]
    weighed: int
    next_cards: tuple[NextCard, ...]
    more_cards: int
