"""What is said of a set of cases. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trainer.records.assessment import Assessment, Sitting
from trainer.records.setresult import Mean

_WIDE: Final = 40.0  # an interval over so much of the scale tells a strong candidate from a weak one hardly. Judgement.

WHAT: Final = (
    "A set of cases under the conditions of an examination, with one result at the end: where you stand, and how "
    "surely that can be said."
)
TERMS: Final = (
    "The cases are drawn by lot, mixed in diseases and difficulty. None comes twice, and none of the patients is one "
    "whom you have met. Cases that you met lately come last.",
    "Each case has its own clock, which runs while the case is open. Nothing is taken back, and nothing is said of "
    "what you do.",
    "Between the cases you may rest, leave Atoll, or play something else. No debrief of the set opens, and no score "
    "is shown, before the set is closed.",
    "The set ends with its last case, or when you close it. What has not ended by then does not count.",
)
CLOSING: Final = (
    "Close the set? What has not ended does not count, and the set cannot be opened again. The debriefs open at once."
)
SIMULATED: Final = "Simulated, for training; no measure of clinical competence."


def plural(count: int, word: str) -> str:
    """Return a number with its noun: "1 case", "4 cases"."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def moment_of(assessment: Assessment) -> str:
    """Return when a set was drawn, as the clock on the wall had it."""
    return f"{assessment.made_at.astimezone():%Y-%m-%d, %H:%M}"


def title_of(assessment: Assessment) -> str:
    """Return what a set is called."""
    return f"Set of {moment_of(assessment)}"


def line_of(assessment: Assessment) -> str:
    """Return where a set stands, in a few words."""
    done = sum(one.state == "done" for one in assessment.sittings)
    if assessment.open:
        return f"Open, {done} of {plural(len(assessment.sittings), 'case')} ended"
    if assessment.unscored:
        return f"{plural(done, 'case')}, not scored yet"
    overall = assessment.overall
    return "No case ended" if overall is None else f"{plural(done, 'case')}, {overall:.0f} of 100"


def figure_of(mean: Mean) -> str:
    """Return a mean with its standard error: "64 ± 7"."""
    return f"{mean.value:.0f}" if mean.se is None else f"{mean.value:.0f} ± {mean.se:.0f}"


def conditions_of(assessment: Assessment) -> str:
    """Return under what a set is played."""
    extra = "" if assessment.time_factor == 1.0 else f" ({assessment.time_factor:g} times, accommodation)"
    return f"{plural(len(assessment.sittings), 'case')}  ·  {assessment.minutes:.0f} minutes{extra}  ·  exam mode"


def state_of(sitting: Sitting, *, of_open_set: bool) -> str:
    """Return where one place stands; of an open set nothing that tells how it went."""
    if sitting.state == "waiting":
        return "waits"
    if sitting.state == "in play":
        return "in play"
    if sitting.state == "lost":
        return "cannot be played here" if of_open_set else "not ended, does not count"
    if of_open_set:
        return "ended"
    return "not scored yet" if sitting.overall is None else f"{sitting.overall:.0f} of 100"


def time_of(sitting: Sitting) -> str:
    """Return the time that was used."""
    used = min(sitting.used_s / 60.0, sitting.minutes)
    return f"{used:.0f} of {sitting.minutes:.0f} min"


def to_go(assessment: Assessment) -> str:
    """Return what is left of an open set."""
    left = [one for one in assessment.sittings if one.state in {"waiting", "in play"}]
    minutes = sum(max(0.0, one.minutes - one.used_s / 60.0) for one in left)
    ended = len(assessment.sittings) - len(left)
    return f"{ended} of {plural(len(assessment.sittings), 'case')} ended  ·  {minutes:.0f} minutes are left"


def headline_of(assessment: Assessment, means: Mapping[str, Mean]) -> str:
    """Return the result in a line."""
    overall = means.get("overall")
    if overall is None:
        return "Not scored yet" if assessment.unscored else "No result: no case of this set ended"
    if overall.se is None:
        return f"{overall.value:.0f} of 100, from one case"
    return f"{overall.value:.0f} of 100, standard error {overall.se:.0f}, from {overall.count} cases"


def tells(assessment: Assessment, means: Mapping[str, Mean]) -> list[str]:
    """Return what a result can tell, and what it cannot."""
    overall = means.get("overall")
    said = []
    if overall is not None:
        said.append(_reach(overall))
        met = sum(one.met_before for one in assessment.sittings if one.state == "done")
        if met:
            said.append(
                f"You had met {met} of these cases before, with another patient. The disease of a case stays the same, "
                "so this flatters."
            )
        said.append(
            "A dial with fewer cases was not asked for in the others. Where two dials lie within their standard errors "
            "of each other, nothing says that one is better."
        )
    lost = sum(one.state == "lost" for one in assessment.sittings)
    if lost:
        said.append(f"{plural(lost, 'case')} of the set did not end and {'does' if lost == 1 else 'do'} not count.")
    said.append("It is compared with nothing: with no other learner, no pass mark, and no earlier set. " + SIMULATED)
    return said


def _reach(overall: Mean) -> str:
    if overall.interval is None:
        return (
            "One case says how that case went. It says nothing of the next one, and a standard error cannot be made "
            "from it."
        )
    low, high = overall.interval
    reach = (
        f"{overall.count} cases are few. Other cases would have given another figure: with 95 % confidence the mean "
        f"over many cases like these lies between {low:.0f} and {high:.0f}."
    )
    if high - low >= _WIDE:
        reach += " That is so wide that it says little yet; a larger set says more."
    return reach
