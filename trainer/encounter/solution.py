"""The answer to a question: what was said held against what could be known, and the model answer with its reasons.

The diagnosis is held against the observer's posterior, never against hindsight; what became of the shadows against
what the two CTs really show; the next act against its value on what could be known and the case's key features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final, Literal

from trainer.chest.opacity.sign import signs_of
from trainer.course.opacity import ChestState, Lobe
from trainer.course.outcome import SEEN_ML
from trainer.encounter import sight
from trainer.encounter.chart import figure, latest
from trainer.encounter.debrief import reference_of
from trainer.encounter.examiner import Examiner
from trainer.encounter.mind import Mind
from trainer.encounter.question import Question
from trainer.encounter.session import Session
from trainer.encounter.turn import Verdict, judge_act, name_of
from trainer.knowledge.statement import OTHER, Change
from trainer.reasoning.citation import Chart
from trainer.reasoning.ctread import CHANGE, STILL, change_features, still_features
from trainer.reasoning.item import capital, inline, listed, share
from trainer.reasoning.observer import Posterior
from trainer.reasoning.reading import Sight

PartName = Literal["diagnosis", "change", "act"]
ChangeWord = Literal["gone", "smaller", "same", "larger", "migrated"]
CHANGES: Final[Mapping[ChangeWord, tuple[str, ...]]] = {
    "gone": ("Gone: the lungs are clear", "resolved", "cleared", "complete resolution", "all gone", "normalised"),
    "smaller": ("Smaller: partly cleared", "better", "improved", "regressed", "decreased", "partial resolution"),
    "same": ("Unchanged", "same", "stable", "no change", "as before"),
    "larger": ("Larger or more", "worse", "progressed", "increased", "grown", "new opacities", "progression"),
    "migrated": ("Migrated: gone in one place, new in another", "wandering", "moved", "fleeting", "migratory"),
}
"""What may have become of the shadows: the words for it, the one that is shown first."""

_FAMILY: Final = (
    0.5  # for another disease of the leading one's group: the pattern is right, its cause is not; judgement
)
_TREND_OF_MIGRATED: Final = 0.7  # for what became of the whole, where the parts have moved; judgement
_ALMOST_GONE: Final = 0.8  # for "smaller" where all is gone; judgement
_RIGHT: Final = 0.7  # from this on an answer counts as right; the rating's own bound
_SPEAKS: Final = log(2.0)  # likelihood ratio from which a finding is named; judgement
_WHISPERS: Final = log(1.1)
_TOLD: Final = 4  # findings that are named for and against
_ORDER: Final[tuple[ChangeWord, ...]] = ("gone", "smaller", "same", "larger")
_LOBES: Final = {lobe: lobe.name.lower().replace("_", " ") + " lobe" for lobe in Lobe}


@dataclass(frozen=True)
class Reply:
    """What was answered; None where nothing was.

    Parameters
    ----------
    diagnosis : str or None
        A disease, or `OTHER`.
    change : str or None
        One of `CHANGES`.
    act : str or None
        As `trainer.encounter.turn.orders_for` takes it.
    confidence : float
        How sure of the diagnosis, 0.5 to 1.
    """

    diagnosis: str | None = None
    change: ChangeWord | None = None
    act: str | None = None
    confidence: float = 0.5

    def as_json(self) -> dict[str, object]:
        """Return the reply as plain values."""
        return {"diagnosis": self.diagnosis, "change": self.change, "act": self.act}


@dataclass(frozen=True)
class Part:
    """One answer, marked.

    Parameters
    ----------
    name : {"diagnosis", "change", "act"}
    asked : str
    credit : float
        0 to 1.
    yours, model : str
    reasons : tuple of str
        Why the model answer is what it is, and what speaks against the other.
    """

    name: PartName
    asked: str
    credit: float
    yours: str
    model: str
    reasons: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether it counts as right."""
        return self.credit >= _RIGHT


@dataclass(frozen=True)
class Solution:
    """All answers, marked.

    Parameters
    ----------
    score : float
        Mean credit of the parts.
    parts : tuple of Part
    disease, summary : str
        What the patient had.
    """

    score: float
    parts: tuple[Part, ...]
    disease: str
    summary: str

    @property
    def right(self) -> bool:
        """Whether every part counts as right."""
        return all(part.right for part in self.parts)


def think_ahead(examiner: Examiner, session: Session) -> None:
    """Work out what could be known and what each act is worth, so that an answer is marked at once.

    Parameters
    ----------
    examiner : Examiner
    session : Session
        The question's run.
    """
    examiner.weighing.values(examiner.mind(session), session.now, session.now)


def solve(examiner: Examiner, session: Session, question: Question, reply: Reply) -> Solution:
    """Return the answers marked, with the model answer.

    Parameters
    ----------
    examiner : Examiner
    session : Session
        The question's run, played again for this alone.
    question : Question
    reply : Reply
    """
    mind = examiner.mind(session)
    parts = [_diagnosis(mind, reply)]
    if question.asks_change:
        (before, _), (day, _) = question.scans
        near = examiner.policy.marking.perception.near_trend.value
        parts.append(_change(question, sight.sight_of(session, day, before), near, reply))
    parts.append(_act(session, judge_act(examiner, session, reply.act), reply))
    disease = session.disease
    return Solution(sum(part.credit for part in parts) / len(parts), tuple(parts), disease.name, disease.summary)


# The diagnosis


def _diagnosis(mind: Mind, reply: Reply) -> Part:
    session = mind.session
    library, posterior = session.engine.library, mind.posterior(session.now)
    ranked = sorted(posterior.shares, key=lambda d: (-posterior.shares[d], d))
    names = {disease: library.diseases[disease].name for disease in ranked}
    lead = ranked[0]
    told = [f"{inline(names[d])} {_weight(posterior.shares[d])}" for d in ranked[:3] if posterior.shares[d] >= 0.01]
    reasons = [f"On what the stem and the CT show: {listed(told)}."]
    reasons += _arguments(mind, posterior, lead)
    said = reply.diagnosis
    if said is not None and said not in (lead, OTHER):
        reasons.append(f"{capital(names.get(said, said))}, your answer: {_weight(posterior.shares.get(said, 0.0))}.")
        reasons += _arguments(mind, posterior, said, against_only=True)
    if session.case.disease != lead:
        reasons.append(
            "The patient had something rarer on these findings; the answer is marked on what could be known."
        )
    return Part(
        "diagnosis",
        "Leading diagnosis",
        _diagnosis_credit(session, posterior.shares, said, lead),
        "no answer" if said is None else "another disease" if said == OTHER else names.get(said, said),
        names[lead],
        tuple(reasons),
    )


def _weight(part: float) -> str:
    """Return a probability in words; none is told as certain, or as impossible."""
    return "less than 1 %" if part < 0.01 else "more than 99 %" if part > 0.99 else share(part)


def _diagnosis_credit(session: Session, shares: Mapping[str, float], said: str | None, lead: str) -> float:
    diseases = session.engine.library.diseases
    if said is None or said not in shares:
        return 0.0
    credit = min(1.0, shares[said] / shares[lead])
    return max(credit, _FAMILY) if diseases[said].group == diseases[lead].group else credit


def _arguments(mind: Mind, posterior: Posterior, disease: str, *, against_only: bool = False) -> list[str]:
    """Return the findings that tell most for and against a disease, with what was found."""
    session = mind.session
    findings, shown = session.engine.library.findings, mind.shown(session.now) | _measured(session)
    chart = Chart(posterior.evidence, mind.seen(session.now), {})
    known = sorted((set(chart.seen) - _misread(session)) & set(findings))
    ratios = sorted(((chart.ratio(one, disease), one) for one in known), key=lambda pair: -abs(pair[0]))

    def told(words: Sequence[str]) -> str:
        said = [f" ({shown[word]})" if word in shown else "" for word in words[:_TOLD]]
        return listed([f"{inline(findings[word].name)}{what}" for word, what in zip(words, said, strict=False)])

    opposes = [one for ratio, one in ratios if ratio <= -_SPEAKS]
    against = [f"Against it: {told(opposes)}."] if opposes else []
    if against_only:
        return against
    for least, heading in ((_SPEAKS, "For it"), (_WHISPERS, "For it, each a little")):
        supports = [one for ratio, one in ratios if ratio >= least]
        if supports:
            return [f"{heading}: {told(supports)}.", *against]
    return ["No single finding tells much for it; together they do.", *against]


def _measured(session: Session) -> dict[str, str]:
    """Return what was measured last, with the digits of the stem."""
    found = {name: (one.value, getattr(one.report, "unit", "1")) for name, one in latest(session.results()).items()}
    return {
        name: figure(value, unit) + (f" {unit}" if unit != "1" else "")
        for name, (value, unit) in found.items()
        if isinstance(value, float)
    }


def _misread(session: Session) -> set[str]:
    """Return the signs that the report of the last CT has wrong; nobody is told to believe them against the picture."""
    days = sight.scan_days(session.pictures())
    if not days:
        return set()
    before = days[-2] if len(days) > 1 else None
    said, state = sight.scan_of(session, days[-1], before), session.bedside.state(days[-1])
    wrong = {name for name, one, true in zip(STILL, said.still, still_features(state)[0], strict=True) if one != true}
    if before is None or said.change is None:
        return wrong
    true_change = change_features(session.bedside.state(before), state)[0]
    return wrong | {name for name, one, true in zip(CHANGE, said.change, true_change, strict=True) if one != true}


# What became of the shadows


def change_credits(seen: Sight, near: float) -> dict[ChangeWord, float]:
    """Return what each word for the change between two CTs is worth, the true one 1.

    Parameters
    ----------
    seen : Sight
        Of the later CT beside the earlier.
    near : float
        For a word that is one class off.
    """
    whole: dict[str, ChangeWord] = {"better": "smaller", "same": "same", "worse": "larger"}
    true = whole[seen.trend or "same"]
    if true == "smaller" and seen.changes and set(seen.changes.values()) == {"resolved"}:
        true = "gone"
    at = _ORDER.index(true)
    worth: dict[ChangeWord, float] = {word: near if abs(_ORDER.index(word) - at) == 1 else 0.0 for word in _ORDER}
    worth[true] = 1.0
    if true == "gone":
        worth["smaller"] = _ALMOST_GONE
    if seen.migrated:
        worth = {word: _TREND_OF_MIGRATED * credit for word, credit in worth.items()} | {"migrated": 1.0}
    return worth


def _change(question: Question, seen: Sight, near: float, reply: Reply) -> Part:
    worth = change_credits(seen, near)
    true = max(worth, key=lambda word: worth[word])
    said = reply.change
    (before, early), (day, late) = question.scans
    reasons = [f"Beside day {before}, day {day} shows:", *_parts_told(seen.changes, early, late)]
    if seen.migrated and said in _ORDER and worth[said] == max(worth[word] for word in _ORDER):
        reasons.append("As a whole that is so, but where it went and where it came counts more: look lobe by lobe.")
    if seen.migrated and said != "migrated":
        reasons.append("Shadows that clear in one place and come in another speak for organizing or eosinophilic "
                       "pneumonia (the authors' judgement).")  # fmt: skip
    return Part(
        "change",
        "What became of the shadows",
        worth.get(said, 0.0) if said is not None else 0.0,
        CHANGES[said][0] if said is not None else "no answer",
        CHANGES[true][0],
        tuple(reasons),
    )


def _parts_told(changes: Mapping[int, Change], early: ChestState, late: ChestState) -> list[str]:
    """Return what became of the opacities, those alike together: "New: consolidation in the left upper lobe"."""
    was = {int(one["label"]): one for one in early.opacities}
    now = {int(one["label"]): one for one in late.opacities}
    heads: dict[Change, str] = {
        "resolved": "Gone", "smaller": "Smaller", "same": "Unchanged", "larger": "Larger", "new": "New",
        "migrated": "New elsewhere",
    }  # fmt: skip
    lines = []
    for change, head in heads.items():
        found: dict[str, int] = {}
        for label in (label for label, what in changes.items() if what == change):
            one = now.get(label) if change in ("new", "migrated", "larger") else was.get(label, now.get(label))
            if one is None or max(_tissue_ml(was.get(label)), _tissue_ml(now.get(label))) < SEEN_ML:
                continue
            signs = signs_of(one)
            text = f"{signs[0].value if signs else 'opacity'} in the {_LOBES[Lobe(int(one['lobe']))]}"
            found[text] = found.get(text, 0) + 1
        if found:
            told = [text if n == 1 else f"{text} (in {n} places)" for text, n in found.items()]
            lines.append(f"{head}: {listed(told)}.")
    return lines or ["Nothing that a reader would list."]


def _tissue_ml(one: object) -> float:
    return 0.0 if one is None else float(one["volume_ml"] * one["fill"])  # type: ignore[index]


# The next act


def _act(session: Session, verdict: Verdict, reply: Reply) -> Part:
    library = session.engine.library
    reasons = [*verdict.reasons]
    for feature in verdict.features:
        source = reference_of(library, feature.source)
        reasons.append(f"{feature.title}: {feature.reason} ({capital(source.rstrip('.'))}.)")
    yours = capital(name_of(reply.act, library)) if reply.act is not None else "no answer"
    return Part("act", "The next act", verdict.credit, yours, verdict.model, tuple(reasons))
