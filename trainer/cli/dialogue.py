"""An encounter in writing: one line in, one answer out; the same commands and events as in the window."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trainer.core.error import BadInput
from trainer.encounter import chart, sight
from trainer.encounter.event import (
    Advance,
    Advanced,
    BeliefStated,
    Command,
    CourseStarted,
    CourseStopped,
    Ended,
    EvidenceCited,
    ForecastStated,
    Moved,
    Place,
    ReadStated,
    RolledBack,
    TestOrdered,
    WaitingChosen,
)
from trainer.encounter.objection import runs
from trainer.encounter.order import Catalogue, Match, written_steps
from trainer.encounter.report import report_of
from trainer.encounter.session import Rejected, Session
from trainer.knowledge.case import step_of
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import TOKENS, ZONES, Belief, Citation, Forecast, Read

HELP = """\
  results                       everything that is known so far
  order CRP, HRCT, BAL          order tests; names, abbreviations and small slips are understood
  ask drugs                     what the patient says when asked, and what an examination finds
  look ct.png                   draw the last CT into a file
  give prednisolone 0.75 mg/kg 4 weeks, 20 mg 28 days        start a treatment, or replace its course
  give co-amoxiclav 7 days
  stop prednisolone             end a treatment
  taken                         what is being taken
  read SIGNS / ZONES / TREND    read today's CT, for example: read consolidation, migration / rl 4, ll 3 / worse
                                (zones ru rm rl lu lm ll with 0 to 4; TREND better, same or worse than the scan before)
  report                        the written report of the CT, once you have read it yourself
  believe cop 60, bacterial 25, other 15                      the differential, in steps of 5 %
  for cop: migration, no-response-to-antibiotics / against: cavity    evidence for and against
  forecast 60 30 10 / relapse 5    better, same, worse at the next visit, in %
  wait 28 if fever              watch and wait, come back on day 28
  move ward                     home, clinic, ward, icu
  ahead 28                      what will happen on the way to day 28
  go 28 | go next               move the clock; it stops at what comes between
  back 5                        (tutor) go back to after event 5; what came since stays in the run
  find WORD                     identifiers of findings, diseases, tests and treatments with this word
  end                           close the case (Ctrl-D leaves it open; the same command goes on with it)
  help                          this list"""

_ASKED = ("history", "examination")
_NORMAL = ("normal", "none", "nothing")
_ZONE_WORDS = dict(zip(("ru", "rm", "rl", "lu", "lm", "ll"), ZONES, strict=True))


def _percent(text: str) -> float:
    """Return a share that is written as a whole number of percent."""
    digits = text.strip().removesuffix("%").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 3 and int(digits) <= 100):
        raise BadInput(f"{text.strip()[:20]!r} is no share; a whole number from 0 to 100 is expected")
    return int(digits) / 100


def _in_words(step: Step) -> str:
    """Return a step of a course as it would be said: "20 mg for 28 days"."""
    return f"{'' if step.unit == '1' else f'{step.dose:g} {step.unit} '}for {step.days} days"


class Dialogue:
    """The encounter of a session, line by line.

    Parameters
    ----------
    session : Session
    look : callable
        Draws the CT of a day of the encounter into a file.
    second : callable, optional
        Real seconds since the encounter began, where it is timed.
    """

    def __init__(
        self, session: Session, look: Callable[[Session, int, Path], None], second: Callable[[], int] | None = None
    ) -> None:
        self._session = session
        self._draw, self._second = look, second
        library = session.engine.library
        self._catalogue = Catalogue(library.tests, library.treatments)
        self._words: dict[str, Callable[[str], str]] = {
            "help": lambda _: HELP,
            "results": self._results,
            "order": self._order,
            "ask": self._ask,
            "look": self._look,
            "give": self._give,
            "stop": self._stop,
            "taken": self._taken,
            "read": self._read,
            "report": self._report,
            "believe": self._believe,
            "for": self._cite,
            "forecast": self._forecast,
            "wait": self._wait,
            "move": self._move,
            "ahead": self._ahead,
            "go": self._go,
            "back": self._back,
            "find": self._find,
            "end": lambda _: self._do(Ended(day=self._today)) or "The case is closed.",
        }

    @property
    def _today(self) -> int:
        return self._session.now.day

    def greeting(self) -> str:
        """Return the first words of the encounter."""
        case, session = self._session.case, self._session
        told = [f"{case.title}   SIMULATED", textwrap.fill(session.opening, 100), case.ends]
        if session.run.header.mode == "exam":
            told.append(f"An examination of {case.minutes * session.run.header.time_factor:.0f} minutes; no way back.")
        return "\n\n".join([*told, "Type help for what can be said.", self.standing()])

    def standing(self) -> str:
        """Return where the encounter stands, in a line."""
        now, step = self._session.now, step_of(self._session.case, self._today)
        if now.over:
            return f"Day {now.day}. The case is over."
        if now.day == self._session.case.last_day:
            return f"Day {now.day}, the last of the case: order what is to follow, then type end."
        return f"Day {now.day}, step: {step.title} (asks for {', '.join(step.asks)}). {step.ends}"

    def answer(self, line: str) -> str:
        """Return the answer to a line; what cannot be understood or done is answered with why."""
        word, _, rest = line.strip().partition(" ")
        if not word:
            return self.standing()
        action = self._words.get(word.lower())
        if action is None:
            return f"{word!r} is no command; there are: {', '.join(self._words)}"
        try:
            return action(rest.strip())
        except BadInput as error:
            return str(error)
        except ValidationError as error:
            return f"not understood: {error.errors()[0]['msg'].removeprefix('Value error, ')}"

    def _do(self, command: Command) -> str:
        """Carry out a command; return nothing, or why it cannot be."""
        if self._second is not None:
            command = command.model_copy(update={"second": self._second()})
        answer = self._session.submit(command)
        return f"Not done: {answer.reason}." if isinstance(answer, Rejected) else ""

    def _results(self, _: str) -> str:
        library = self._session.engine.library
        lines = [f"  day {r.taken_day:>3}  {chart.in_words(r, library)}" for r in self._session.results()]
        lines += [f"  day {p.day:>3}  {library.tests[p.test].name}: picture" for p in self._session.pictures()]
        waiting = chart.due(library, self._session.now.tests, self._today, 10_000)
        lines += [f"  not yet there: {name}, due on day {day}" for day, name in waiting]
        return "\n".join(lines) or "Nothing yet. Order tests, or ask."

    def _one(self, text: str, kind: str, groups: tuple[str, ...] = ()) -> Match:
        tests = self._session.engine.library.tests
        found = [
            match
            for match in self._catalogue.find(text)
            if match.kind == kind and (not groups or tests[match.id].group in groups)
        ]
        if not found:
            raise BadInput(f"nothing that can be ordered is called {text!r}")
        if len(found) > 1 and found[0].score < 100 and found[1].score > found[0].score - 5:
            raise BadInput(f"{text!r} may be: {', '.join(match.name for match in found)}; say which")
        return found[0]

    def _order(self, text: str) -> str:
        return "\n".join(self._order_one(part.strip()) for part in text.split(",") if part.strip()) or "Order what?"

    def _ask(self, text: str) -> str:
        """Ask or examine the patient: nothing that costs money or a needle."""
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return "\n".join(self._order_one(part, _ASKED) for part in parts) or "Ask what?"

    def _order_one(self, text: str, groups: tuple[str, ...] = ()) -> str:
        try:
            match = self._one(text, "test", groups)
        except BadInput as error:
            return str(error)
        refused = self._do(TestOrdered(request=Request(test=match.id, day=self._today), typed=text[:200]))
        if refused:
            return refused
        library = self._session.engine.library
        number = self._session.now.last_event
        known = [chart.in_words(r, library) for r in self._session.results() if r.event == number]
        said = [self._session.fill(h.text) for h in self._session.case.history if h.test == match.id]
        if any(picture.event == number and picture.modality == "CT" for picture in self._session.pictures()):
            known.append("the CT is there: look at it (`look ct.png`) and read it")
        day = chart.known_day(library.tests[match.id], self._today)
        return f"{match.name}: {'; '.join([*said, *known]) or f'ordered, the result comes on day {day}'}"

    def _look(self, text: str) -> str:
        days = sight.scan_days(self._session.pictures())
        if not days:
            raise BadInput("there is no CT to look at yet")
        path = Path(text.strip() or "ct.png")
        if path.suffix != ".png":
            raise BadInput("a file whose name ends in .png is expected, such as 'look ct.png'")
        self._draw(self._session, days[-1], path)
        return f"The CT of day {days[-1]} is in {path}."

    def _give(self, text: str) -> str:
        found = re.search(r"[-+]?\d", text)
        name, dose = (text[: found.start()], text[found.start() :]) if found else (text, "")
        match = self._one(name.strip(), "treatment")
        steps = written_steps(dose, self._session.engine.library.treatments[match.id])
        course = Course(give=match.id, day=self._today, steps=steps)
        told = ", ".join(_in_words(step) for step in steps)
        return self._do(CourseStarted(course=course, typed=text[:200])) or f"{match.name}: begun, {told}."

    def _stop(self, text: str) -> str:
        match = self._one(text, "treatment")
        return self._do(CourseStopped(give=match.id, day=self._today)) or f"{match.name}: stopped."

    def _taken(self, _: str) -> str:
        names, now = self._session.engine.library.treatments, self._session.now
        last = {course.give: course for course in now.courses}
        return (
            "\n".join(
                f"  from day {c.day}: {names[c.give].name} " + ", ".join(_in_words(step) for step in c.steps)
                if runs(now, c.give)
                else f"  {names[c.give].name}: not taken any more"
                for c in last.values()
            )
            or "Nothing."
        )

    def _read(self, text: str) -> str:
        signs, zones, trend = ([*text.split("/"), "", ""])[:3]
        read: dict[str, Any] = {"day": self._today, "signs": tuple(self._findings(signs))}
        read["zones"] = {}
        for part in (p.strip() for p in zones.split(",")):
            if part:
                word, rating = part[:2].lower(), part[2:].strip()
                if word not in _ZONE_WORDS or rating not in {"0", "1", "2", "3", "4"}:
                    raise BadInput(f"{part!r} is no zone with its rating, 0 to 4; write it such as 'rl 4'")
                read["zones"][_ZONE_WORDS[word]] = int(rating)
        if trend.strip():
            read["trend"] = trend.strip().lower()
        return self._do(ReadStated(read=Read.model_validate(read))) or f"Read. {self._report('')}"

    def _findings(self, text: str) -> Iterable[str]:
        findings = self._session.engine.library.findings
        by_name = {finding.name.lower(): name for name, finding in findings.items()}
        for part in (p.strip().lower() for p in text.split(",")):
            if part and part not in _NORMAL:
                name = by_name.get(part, part.replace(" ", "-"))
                if name not in findings:
                    raise BadInput(f"no finding is called {part!r}; `find {part.split()[0]}` looks for it")
                yield name

    def _report(self, _: str) -> str:
        return report_of(self._session)

    def _believe(self, text: str) -> str:
        shares: dict[str, float] = {}
        for part in (p.strip() for p in text.split(",")):
            name, _, share = part.rpartition(" ")
            disease = self._disease(name) if name else ""
            if not disease:
                raise BadInput(f"{part!r} is no disease with its share; write it such as 'cop 60'")
            if disease in shares:
                raise BadInput(f"{name!r} is named twice")
            shares[disease] = _percent(share)
        belief = Belief(day=self._today, shares=shares)
        return self._do(BeliefStated(belief=belief)) or f"Noted in {TOKENS} tokens; locked until the clock moves."

    def _disease(self, name: str) -> str:
        name = name.strip()
        return name if name == "other" else self._session.engine.library.disease(name).id

    def _cite(self, text: str) -> str:
        disease, _, rest = text.partition(":")
        supports, _, opposes = rest.partition("/")
        against = opposes.partition(":")[2] if "against" in opposes else opposes
        if not supports.strip() and not against.strip():
            raise BadInput("cite what? such as 'for cop: migration / against: cavity'")
        citation = Citation(
            day=self._today,
            disease=self._disease(disease),
            supports=tuple(self._findings(supports)),
            opposes=tuple(self._findings(against)),
        )
        return self._do(EvidenceCited(citation=citation)) or "Noted; locked until the clock moves."

    def _forecast(self, text: str) -> str:
        trend, _, relapse = text.partition("/")
        shares = [_percent(word) for word in trend.replace(",", " ").split()]
        if len(shares) != 3:
            raise BadInput("three shares are expected, better, same and worse: 'forecast 60 30 10 / relapse 5'")
        chance = _percent(relapse.strip().removeprefix("relapse").strip()) if relapse.strip() else 0.0
        forecast = Forecast(day=self._today, better=shares[0], same=shares[1], worse=shares[2], relapse=chance)
        return self._do(ForecastStated(forecast=forecast)) or "Noted; locked until the clock moves."

    def _day(self, text: str) -> int:
        if text.lower() == "next":
            ahead = [step.day for step in self._session.case.steps if step.day > self._today]
            return ahead[0] if ahead else self._session.case.last_day
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            raise BadInput("a day is expected, such as 28, or 'next' for the next step")
        return int(text)

    def _wait(self, text: str) -> str:
        day, _, safety = text.partition(" ")
        waiting = WaitingChosen(
            day=self._today, return_day=self._day(day), earlier_if=safety.removeprefix("if ").strip()[:300]
        )
        return self._do(waiting) or f"To come back on day {waiting.return_day}. Now move the clock with go."

    def _move(self, text: str) -> str:
        places: dict[str, Place] = {"home": "home", "clinic": "clinic", "ward": "ward", "icu": "icu"}
        if text not in places:
            raise BadInput(f"a place is expected: {', '.join(places)}")
        return self._do(Moved(day=self._today, place=places[text])) or f"Moved to: {text}."

    def _ahead(self, text: str) -> str:
        ahead = self._session.ahead(self._day(text))
        return "\n".join(f"  day {day}: {what}" for day, what in ahead) or "Nothing that is known today."

    def _go(self, text: str) -> str:
        day, last = self._day(text), self._session.case.last_day
        if not self._today < day <= last:
            return f"From day {self._today} the clock goes on, to day {last} at the latest; `end` closes the case."
        refused = self._do(Advance(to_day=day))
        if refused:
            return refused
        event = self._session.run.events[-1]
        assert isinstance(event, Advanced)
        return "\n".join([*(one.text for one in event.why), self.standing()])

    def _back(self, text: str) -> str:
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            raise BadInput(f"the number of an event is expected; the last one is {len(self._session.run.events)}")
        return self._do(RolledBack(to=int(text))) or f"Back after event {text}. {self.standing()}"

    def _find(self, text: str) -> str:
        library, wanted = self._session.engine.library, text.strip().lower()
        if len(wanted) < 2:
            raise BadInput("find what? two letters at least")
        found = [f"  finding {i}: {f.name}" for i, f in library.findings.items() if wanted in f"{i} {f.name}".lower()]
        found += [
            f"  disease {d.id}: {d.name}" for d in library.diseases.values() if wanted in f"{d.id} {d.name}".lower()
        ]
        found += [f"  {match.kind} {match.id}: {match.name}" for match in self._catalogue.find(wanted)]
        return "\n".join(found[:25]) or f"Nothing with {text!r}."
