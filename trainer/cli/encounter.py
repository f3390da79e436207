"""`atoll play`, `score`, `replay` and `twin`."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from trainer.cli.dialogue import Dialogue
from trainer.cli.engine import check_chest, draw, engine, imagined, session_of
from trainer.cli.output import announce, print_json, print_table
from trainer.cli.word import add_chest, add_json, whole
from trainer.core.error import BadInput
from trainer.core.storage import check_target, write_atomically
from trainer.encounter.chain import links_of
from trainer.encounter.event import Ended
from trainer.encounter.examiner import Examiner
from trainer.encounter.run import Chest, Header, Run, branches
from trainer.encounter.session import Session, sealed
from trainer.encounter.twin import Course as Line
from trainer.encounter.twin import ending, twins
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.policy import DEFAULT
from trainer.reasoning.dial import ScoreSheet
from trainer.records.run_file import find_run, read_run, write_run

_WIDTH = 110
_LONGEST_LINE = 2000
_HEAD_DIGITS = 64


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    one = commands.add_parser(
        "play",
        help="play a case, by a plan or in writing",
        description="Play a case. With --plan it is played by a plan and saved; without one you play it yourself, "
        "line by line (type help).",
        epilog="example: atoll play wandering-shadows --plan textbook --out run.json",
    )
    one.add_argument("case", metavar="CASE")
    one.add_argument("--plan", help="the author's plan of the case (textbook), a plan, or a YAML file")
    one.add_argument("--seed", type=whole, default=1, metavar="S", help="which patient of the case (default 1)")
    one.add_argument("--mode", choices=("tutor", "exam"), default="tutor")
    one.add_argument("--policy", default=DEFAULT, help="policy that holds (default: %(default)s)")
    add_chest(one)
    one.add_argument("--out", type=Path, metavar="RUN.json", help="where the run is saved; needed with --plan")
    add_json(one)
    one.set_defaults(run=_play)
    two = _for_run(commands, "score", "score a run: dials with standard errors, gates, and every item with its reason")
    two.add_argument("--policy", help="score under another policy, and say what differs")
    two.set_defaults(run=_score)
    three = _for_run(commands, "replay", "play a run again and verify its chain and that it gives the recorded state")
    three.add_argument(
        "--head",
        metavar="HEX",
        type=_head,
        help="head of the chain as it stands on a report; a run that was changed since has another",
    )
    three.set_defaults(run=_replay)
    four = _for_run(commands, "twin", "the same patient under another plan, day by day beside the run")
    four.add_argument("--plan", required=True, help="as for play")
    four.set_defaults(run=_twin)


def _for_run(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=f"{text[:1].upper()}{text[1:]}. RUN is a file, or the name of one of your runs "
        "(`atoll runs list`).",
        epilog=f"example: atoll {name} run.json",
    )
    parser.add_argument("run_word", metavar="RUN")
    add_json(parser)
    return parser


def _play(arguments: argparse.Namespace) -> int:
    ready = engine()
    case = read_case(arguments.case, ready.library)
    policy = ready.library.policy(arguments.policy)
    chest = _chest(arguments.chest)
    if arguments.out is not None:
        check_target(arguments.out)
    if arguments.plan is None:
        if arguments.out is not None and arguments.out.exists():
            return _converse(_resumed(arguments.out, case.id, arguments), arguments.out)
        header = Header(
            case=case.id, version=case.version, seed=arguments.seed, mode=arguments.mode, policy=policy.id, chest=chest
        )
        return _converse(Session(ready, case, Run(header=header)), arguments.out)
    if arguments.out is None:
        raise BadInput("--out is missing: where is the run to be saved?")
    if arguments.out.exists():
        raise BadInput(f"{arguments.out}: is there already; name another file, or remove it")
    plan = case_plan(case, arguments.plan, ready.library)
    who = Examiner(ready, policy, imagined(ready), draw=draw)
    session = who.play(who.session(case, arguments.seed, arguments.mode, chest), plan)
    write_run(arguments.out, sealed(session))
    announce(f"{case.title}: played to day {session.now.day}, saved in {arguments.out}")
    return _print_score(who.score(session), arguments.json)


def _chest(name: str | None) -> Chest | None:
    """Return the imported chest of a name as a run holds it."""
    if name is None:
        return None
    from trainer.chest.chests import chest_called

    return Chest(name=name, digest=chest_called(name).digest)


def _head(text: str) -> str:
    """Return a head of a chain, however it is spaced on paper."""
    plain = "".join(text.split()).lower()
    if len(plain) != _HEAD_DIGITS or set(plain) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is no head of a chain; {_HEAD_DIGITS} digits 0-9 a-f are")
    return plain


def _resumed(path: Path, case: str, arguments: argparse.Namespace) -> Session:
    """Return the encounter that a file holds, to go on with; anything else in its place is left as it is."""
    session = session_of(read_run(path), str(path))
    header = session.run.header
    if (header.case, header.seed, header.mode) != (case, arguments.seed, arguments.mode):
        raise BadInput(f"{path}: is another run, of {header.case} with seed {header.seed}; name another file")
    asked = _chest(arguments.chest)
    if asked is not None and (header.chest is None or header.chest.digest != asked.digest):
        raise BadInput(f"{path}: is a run on another chest than {arguments.chest!r}; name another file")
    check_chest(session.run, str(path))
    if session.now.over or header.mode == "exam":
        raise BadInput(f"{path}: this run is over; name another file")
    announce(f"Going on with {path} on day {session.now.day}.")
    return session


def _converse(session: Session, out: Path | None) -> int:
    """Play in writing; every event is saved before the next question."""
    if sys.stdin is None:
        raise BadInput("standard input is closed; a case is played by typing, or with --plan")
    begun = monotonic()
    timed = session.run.header.mode == "exam"
    dialogue = Dialogue(session, _look, (lambda: int(monotonic() - begun)) if timed else None)
    saved = len(session.run.events)
    print(dialogue.greeting())
    while not session.now.over:
        sys.stdout.write("> ")
        sys.stdout.flush()
        line = sys.stdin.readline(_LONGEST_LINE)
        if not line:
            break
        if len(line) == _LONGEST_LINE:
            raise BadInput(f"a line of more than {_LONGEST_LINE} letters cannot be meant")
        print(dialogue.answer(line))
        if out is not None and len(session.run.events) > saved:
            write_run(out, sealed(session))
            saved = len(session.run.events)
    if timed and not session.now.over:  # an examination that is left is over: it is not gone on with
        session.submit(Ended(day=session.now.day))
    if out is None:
        print("The run was not saved; --out RUN.json saves it.")
        return 0
    write_run(out, sealed(session))
    print(f"Saved in {out}. `atoll score {out}` gives the debrief.")
    return 0


def _look(session: Session, day: int, path: Path) -> None:
    """Draw a CT of the encounter into a file."""
    from trainer.chest.montage import montage, png

    check_target(path)
    write_atomically(path, png(montage([(f"day {day}", draw(session, day))])))


def _finished(word: str) -> Session:
    """Return the encounter of a run, unless it is an examination that goes on: that is not to be looked into."""
    run = find_run(word)
    session = session_of(run, word)
    left = session.case.minutes * 60 * run.header.time_factor - run.elapsed_s
    if run.header.mode == "exam" and not session.now.over and left > 0:
        raise BadInput(f"{word}: an examination that is not over; it is discussed once it has ended")
    return session


def _score(arguments: argparse.Namespace) -> int:
    session = _finished(arguments.run_word)
    check_chest(session.run, arguments.run_word)
    known = session.engine.library
    own = known.policy(session.run.header.policy)
    if arguments.policy is not None and arguments.policy != own.id:
        other = known.policy(arguments.policy)
        shared = imagined(session.engine)
        sheets = [Examiner(session.engine, policy, shared, draw=draw).score(session) for policy in (own, other)]
        return _print_difference(own.id, other.id, sheets, arguments.json)
    who = Examiner(session.engine, own, imagined(session.engine), draw=draw)
    status = _print_score(who.score(session), arguments.json)
    if not arguments.json:
        _tell_luck(who.luck(session))
        if session.now.over:
            _tell_case(session)
        _tell_branches(session, who)
    return status


def _tell_case(session: Session) -> None:
    """Say what the patient had, what became of them, and what the case is there to teach."""
    case, disease = session.case, session.disease
    print(_paragraph(f"What it was: {disease.name}. {disease.summary}", "\n"))
    print(_paragraph(f"What became of the patient: {ending(session)}", "\n"))
    print("\nWhat this case is for")
    for objective in case.objectives:
        print(_paragraph(objective, "  - "))
    print("\nTo take home")
    for point in case.debrief:
        print(_paragraph(f"{session.fill(point.point)} [{point.source}]", "  - "))


def _tell_luck(luck: Sequence[tuple[int, float]]) -> None:
    """Say how the choices fared in this very patient, apart from the score."""
    if not luck:
        return
    told = ", ".join(f"day {day}: {points:+.0f}" for day, points in luck)
    print(_paragraph(f"Luck, which is not scored (points of utility beyond what could be expected): {told}.", "\n"))


def _tell_branches(session: Session, who: Examiner) -> None:
    """Say what each path was worth that was left by going back."""
    for left in branches(session.run.events)[:-1]:
        header = session.run.header
        path = Session(session.engine, session.case, Run(header=header, events=tuple(event for _, event in left)))
        print(f"Before going back from event {left[-1][0] if left else 0}: overall {who.score(path).overall:.0f}.")


def _print_score(sheet: ScoreSheet, as_json: bool) -> int:
    if as_json:
        print_json(sheet.as_json())
        return 0
    print(f"SIMULATED case, for training; no measure of clinical competence.\n\nOverall {sheet.overall:.0f} of 100\n")
    print_table(
        [[name, f"{dial.value:.0f}", f"{dial.se:.0f}"] for name, dial in sheet.dials.items()],
        ("dial", "value", "standard error"),
    )
    failed = [gate for gate in sheet.gates if gate.failed]
    for gate in failed:
        print(_paragraph(f"SAFETY GATE FAILED: {gate.title}. {gate.reason}", "\n"))
    if not failed:
        print("\nNo safety gate failed.")
    for name in sheet.dials:
        print(f"\n{name.capitalize()}")
        for item in sheet.items:
            if item.dial == name and (item.most or item.points):  # what was rightly left undone needs no line
                where = f"day {item.day}" + (f", event {item.event}" if item.event is not None else "")
                points = f"{item.points:.1f} of {item.most:g}" if item.most else f"{item.points:+.1f}"
                told = f" {item.reason} [{item.source}]" if item.lost > 0 or name != "safety" else ""
                print(_paragraph(f"{item.title} ({where}): {points}.{told}", "  "))
    return 0


def _paragraph(text: str, lead: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=lead, subsequent_indent="      ")


def _print_difference(one: str, other: str, sheets: Sequence[ScoreSheet], as_json: bool) -> int:
    before, after = sheets
    was, now = ({item.id: item for item in sheet.items} for sheet in sheets)
    changed = [
        (i, was.get(i), now.get(i))
        for i in dict.fromkeys([*was, *now])
        if (was[i].points, was[i].most) != (now[i].points, now[i].most)
        if i in was and i in now
    ] + [(i, was.get(i), now.get(i)) for i in sorted(set(was) ^ set(now))]
    if as_json:
        print_json(
            {
                "policies": [one, other],
                "scores": [sheet.as_json() for sheet in sheets],
                "changed_items": [i for i, _, _ in changed],
            }
        )
        return 0
    names = dict.fromkeys([*before.dials, *after.dials])
    rows = [["overall", f"{before.overall:.0f}", f"{after.overall:.0f}"]]
    rows += [
        [name, *(f"{s.dials[name].value:.0f}" if name in s.dials else "not asked" for s in sheets)] for name in names
    ]
    print_table(rows, ("dial", one, other))
    for i, left, right in changed:
        for policy, item in ((one, left), (other, right)):
            said = f"{item.points:.1f} of {item.most:g}. {item.reason}" if item is not None else "not judged."
            print(_paragraph(f"{i}, {policy}: {said}", "  "))
    if not changed:
        print("No item differs.")
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    run = find_run(arguments.run_word)
    session = session_of(run, arguments.run_word)
    found = sealed(session).state
    day, events = session.now.day, len(session.run.events)
    head = links_of(run.header, run.events)[-1]
    same_head = None if arguments.head is None else arguments.head == head
    verified = run.state == found and same_head is not False
    if arguments.json:
        print_json(
            {"verified": verified, "day": day, "events": events, "recorded": run.state, "found": found,
             "head": head, "count": events, "head_as_given": same_head}
        )  # fmt: skip
        return 0 if verified else 1
    if run.state == found:
        print(f"verified: {events} events to day {day} give the state that was recorded")
    else:
        print(f"NOT verified: {events} events to day {day} give another state than was recorded")
    print(f"chain: {events} events, head {head}")
    if same_head is not None:
        print("the head is the one that was given" if same_head else "NOT verified: the head is another than was given")
    return 0 if verified else 1


def _twin(arguments: argparse.Namespace) -> int:
    session = _finished(arguments.run_word)
    plan = case_plan(session.case, arguments.plan, session.engine.library)
    found = twins(session, plan)
    if arguments.json:
        print_json(found.as_json())
        return 0
    print(f"SIMULATED. The same patient: the run, and under {plan.title!r}.\n")
    print_table(
        [[str(day), *_cells(mine), *_cells(theirs)] for day, mine, theirs in found.days],
        ("day", "CRP", "SpO2", "FVC", "filled mL", "pred mg", "CRP'", "SpO2'", "FVC'", "filled mL'", "pred mg'"),
    )
    for title, said in (("The run", found.mine), ("The twin", found.theirs)):
        print(_paragraph(f"{title}: {said}", "\n"))
    return 0


def _cells(line: Line | None) -> list[str]:
    if line is None:
        return ["dead", "", "", "", ""]
    return [
        f"{line.crp_mg_l:.0f}", f"{line.spo2_percent:.0f}", f"{line.fvc_percent:.0f}", f"{line.filled_ml:.0f}",
        f"{line.prednisolone_mg:.0f}",
    ]  # fmt: skip
