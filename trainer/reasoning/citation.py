"""The evidence dial: findings cited for and against a disease, against what they weigh for the observer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log

from trainer.knowledge.marking import Reasoning
from trainer.knowledge.statement import OTHER, Citation
from trainer.reasoning.item import Item, Moment, capital, inline

_NAMED = 2  # findings left out that a reason names; judgement


@dataclass(frozen=True)
class Chart:
    """What could be cited at a step.

    Parameters
    ----------
    evidence : mapping
        Finding to disease to the observer's log likelihood ratio: this disease against all the others.
    seen : collection of str
        Findings that the learner had in the chart, present or absent.
    names : mapping
        Finding or disease to its name.
    shown : mapping
        Finding to what the chart says of it: "absent", "146 mg/L".
    told : collection of str
        Findings that the opening told: whoever comes with them is believed to have them from the start.
    """

    evidence: Mapping[str, Mapping[str, float]]
    seen: Collection[str]
    names: Mapping[str, str]
    shown: Mapping[str, str] = field(default_factory=dict)
    told: Collection[str] = ()

    def ratio(self, finding: str, disease: str) -> float:
        """Return the log likelihood ratio of a finding; 0 if the observer makes nothing of it."""
        return self.evidence.get(finding, {}).get(disease, 0.0)

    def name(self, word: str) -> str:
        """Return how a finding or disease is called within a sentence."""
        return inline(self.names.get(word, word))

    def telling(self, disease: str, marking: Reasoning) -> list[str]:
        """Return the findings in the chart that tell for or against a disease, the strongest first."""
        least = log(marking.telling_ratio.value)
        found = [f for f in self.seen if abs(self.ratio(f, disease)) >= least]
        return sorted(found, key=lambda f: (-abs(self.ratio(f, disease)), f))


def evidence_items(
    citations: Sequence[Citation], lead: str | None, chart: Chart, marking: Reasoning, at: Moment
) -> list[Item]:
    """Return one item for each disease that findings were cited for or against, at most 1 each.

    Parameters
    ----------
    citations : sequence of Citation
        Of this step. Of several on one disease the last counts.
    lead : str or None
        The disease to which the learner gave most; an account of it is expected.
    chart : Chart
    marking : Reasoning
    at : Moment
        Of the citation, or of what closed the step without one.

    Notes
    -----
    What is cited with the right sign earns its log likelihood ratio, up to a largest; what is cited with the wrong
    sign or was not in the chart loses as much. The sum is taken over that of the strongest telling findings there
    were. Where nothing in the chart is telling nothing is asked. Nothing of the hidden truth enters.
    """
    last = {citation.disease: citation for citation in citations}
    items = [made for citation in last.values() if (made := _account(citation, chart, marking, at)) is not None]
    diseases = [lead] if lead not in {None, OTHER} else {disease for row in chart.evidence.values() for disease in row}
    if not last:
        return [nothing_cited(at)] if any(chart.telling(disease, marking) for disease in diseases if disease) else []
    if lead is not None and lead != OTHER and lead not in last and chart.telling(lead, marking):
        best = _weight(chart.telling(lead, marking)[0], lead, chart)
        reason = f"You lead with {chart.name(lead)} and cite nothing for or against it. {best}"
        items.append(
            Item(f"evidence-{at.day}-{lead}", "evidence", _TITLE, 0.0, 1.0, at.day, at.event, reason, "judgement")
        )
    return items


_TITLE = "Findings for and against"


def nothing_cited(at: Moment) -> Item:
    """Return the item of a step at which findings were to be cited and none was."""
    reason = "Nothing was cited for or against any diagnosis."
    return Item(f"evidence-{at.day}", "evidence", _TITLE, 0.0, 1.0, at.day, at.event, reason, "judgement")


def _account(citation: Citation, chart: Chart, marking: Reasoning, at: Moment) -> Item | None:
    disease = citation.disease
    telling = chart.telling(disease, marking)
    cap = log(marking.largest_ratio.value)
    due = sum(min(abs(chart.ratio(f, disease)), cap) for f in telling[: int(marking.strongest.value)])
    earned, lost, said = 0.0, 0.0, []
    cited = [(f, 1) for f in citation.supports] + [(f, -1) for f in citation.opposes]
    for finding, sign in cited:
        value, words = _one(finding, sign, disease, chart, marking)
        earned, lost = earned + max(value, 0.0), lost + max(-value, 0.0)
        said.append(words)
    if due == 0.0 and lost == 0.0:
        return None  # there was nothing telling to cite, and nothing wrong was
    credit = min(1.0, max(0.0, (earned - lost) / due)) if due > 0.0 else 0.0
    named = {finding for finding, _ in cited}
    missed = [f for f in telling[: int(marking.strongest.value)] if f not in named]
    if credit < 1.0 and missed:
        said.append("Left out: " + " ".join(_weight(f, disease, chart) for f in missed[:_NAMED]))
    title = f"{_TITLE} {chart.name(disease)}"
    reason = " ".join(said) or f"Nothing was cited for or against {chart.name(disease)}."
    return Item(
        f"evidence-{at.day}-{disease}", "evidence", title, credit, 1.0, at.day, at.event, reason, "judgement",
        tuple(f for f, _ in cited),
    )  # fmt: skip


def _one(finding: str, sign: int, disease: str, chart: Chart, marking: Reasoning) -> tuple[float, str]:
    """Return what one cited finding earns (below 0: loses), in log likelihood ratio, and what is said of it."""
    name, telling = chart.name(finding), log(marking.telling_ratio.value)
    if finding not in chart.seen:
        return -telling, f"{capital(name)} was not in the chart and cannot be cited."
    ratio = chart.ratio(finding, disease)
    size = min(abs(ratio), log(marking.largest_ratio.value))
    if size < log(marking.weak_ratio.value):
        return 0.0, _of_little_weight(finding, disease, chart)
    weight = _weight(finding, disease, chart)
    if ratio * sign < 0:
        return -size, f"{weight} You cited it {'for' if sign > 0 else 'against'} it."
    return (size if size >= telling else 0.5 * size), weight


def _of_little_weight(finding: str, disease: str, chart: Chart) -> str:
    name = capital(chart.name(finding))
    if finding in chart.told:
        return (
            f"{name} was told at the outset, so every diagnosis weighed here already explains it: it counts in the "
            f"belief you start from, and no more for or against {chart.name(disease)} afterwards."
        )
    return f"{name} says little about {chart.name(disease)}, beside all else that is known by now."


def _weight(finding: str, disease: str, chart: Chart) -> str:
    ratio = chart.ratio(finding, disease)
    times = exp(abs(ratio))
    how = "more than 100" if times > 100 else f"{times:.0f}" if times >= 9.5 else f"{times:.1f}".removesuffix(".0")
    direction = "likelier" if ratio > 0 else "less likely"
    name = capital(chart.name(finding))
    found = f" ({chart.shown[finding]})" if finding in chart.shown else ", as found here"
    return f"{name}{found}: {how} times {direction} in {chart.name(disease)} than otherwise."


def telling_citations(disease: str, chart: Chart, marking: Reasoning) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the strongest telling findings for and against a disease: a full account of it."""
    strongest = chart.telling(disease, marking)[: int(marking.strongest.value)]
    supports = tuple(f for f in strongest if chart.ratio(f, disease) > 0)
    return supports, tuple(f for f in strongest if f not in supports)
