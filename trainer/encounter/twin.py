"""The twin: the same patient, all chance the same, under another plan; and what comes after the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from trainer.core.time import DAYS_PER_WEEK, TICKS_PER_DAY
from trainer.course.history import chest_of
from trainer.course.opacity import ChestState
from trainer.course.state import NEVER
from trainer.encounter.bedside import Bedside
from trainer.encounter.player import Written, play
from trainer.encounter.run import Run
from trainer.encounter.session import Session
from trainer.knowledge.plan import Plan
from trainer.knowledge.treatment import Channel

EPILOGUE_DAYS = 365
"""How long a patient is followed after the case under what was ordered last."""

_EVENTS = {
    "infection": "a serious infection", "pjp": "Pneumocystis pneumonia", "diabetes": "diabetes under the steroid",
    "fracture": "a vertebral fracture", "adrenal": "adrenal insufficiency", "mood": "a psychosis under the steroid",
    "embolus": "a further embolus",
}  # fmt: skip


@dataclass(frozen=True)
class Course:
    """A patient on one day.

    Parameters
    ----------
    crp_mg_l, spo2_percent, fvc_percent : float
    filled_ml : float
        Airspace that is filled.
    prednisolone_mg : float
        Taken on the day.
    """

    crp_mg_l: float
    spo2_percent: float
    fvc_percent: float
    filled_ml: float
    prednisolone_mg: float


@dataclass(frozen=True)
class Twins:
    """Two courses of one patient.

    Parameters
    ----------
    plan : str
        Title of the twin's plan.
    days : tuple of tuple
        Day, the run's patient and the twin on it; None after death.
    mine, theirs : str
        What becomes of each, both until a year after the later end.
    session : Session
        The twin's own encounter, from which its pictures can be drawn.
    """

    plan: str
    days: tuple[tuple[int, Course | None, Course | None], ...]
    mine: str
    theirs: str
    session: Session

    def as_json(self) -> dict[str, object]:
        """Return both courses as plain values."""
        return {
            "plan": self.plan,
            "days": [
                {"day": day, "run": asdict(mine) if mine else None, "twin": asdict(theirs) if theirs else None}
                for day, mine, theirs in self.days
            ],
            "endings": {"run": self.mine, "twin": self.theirs},
        }


def twins(session: Session, plan: Plan) -> Twins:
    """Return the patient of an encounter as they went, and under another plan.

    Raises
    ------
    BadInput
        If the plan cannot be played on this patient.
    """
    header = session.run.header
    twin = Session(session.engine, session.case, Run(header=header.model_copy(update={"mode": "tutor"})))
    play(twin, plan, Written(plan))
    last = max(session.now.day, twin.now.day)
    days = sorted({*range(0, last + 1, DAYS_PER_WEEK), *session.now.visits, last})
    mine, theirs = _line(session, days), _line(twin, days)
    until = last + EPILOGUE_DAYS
    pairs = tuple(zip(days, mine, theirs, strict=True))
    return Twins(plan.title, pairs, ending(session, until), ending(twin, until), twin)


def beyond(session: Session, day: int) -> Bedside:
    """Return the patient carried to a day under what was ordered last; the encounter itself stays where it is."""
    further = Bedside(session.engine, session.bedside.onset)
    further.carry_to(day, session.now.courses)
    return further


def _line(session: Session, days: list[int]) -> list[Course | None]:
    bedside = beyond(session, days[-1])
    drugs = bedside.drugs(session.now.courses, days[-1])
    found: list[Course | None] = []
    for day in days:
        patient = bedside.patient(day)
        alive = patient["death_tick"] >= day * TICKS_PER_DAY
        found.append(
            Course(
                crp_mg_l=float(patient["crp_mg_l"]),
                spo2_percent=float(patient["spo2_percent"]),
                fvc_percent=float(patient["fvc_percent"]),
                filled_ml=float(patient["burden_ml"]),
                prednisolone_mg=float(drugs[day, Channel.GLUCOCORTICOID]),
            )
            if alive
            else None
        )
    return found


def chests(session: Session, days: Sequence[int]) -> list[ChestState | None]:
    """Return what the chest of an encounter's patient shows on some days, in order; None after death."""
    bedside = beyond(session, days[-1])
    return [
        chest_of(bedside.state(day), 0, day) if bedside.patient(day)["death_tick"] >= day * TICKS_PER_DAY else None
        for day in days
    ]


def ending(session: Session, until_day: int | None = None) -> str:
    """Return what becomes of the patient under what was ordered last, in a few sentences.

    Parameters
    ----------
    session : Session
    until_day : int, optional
        `EPILOGUE_DAYS` after the case if not given.
    """
    last = session.now.day + EPILOGUE_DAYS if until_day is None else until_day
    bedside = beyond(session, last)
    patient = bedside.patient(last)
    cumulative = float(patient["taken_mg"]) / 1000.0
    relapses = [day for day in range(last + 1) if bedside.relapsing(day)]
    harms = [
        f"{text} on day {int(patient[f'{name}_tick']) // TICKS_PER_DAY}"
        for name, text in _EVENTS.items()
        if patient[f"{name}_tick"] != NEVER
    ]
    later = f"With the orders of day {session.now.day} left as they stood,"
    if patient["death_tick"] != NEVER:
        died = int(patient["death_tick"]) // TICKS_PER_DAY
        said = f"Died on day {died}." if died <= session.now.day else f"{later} died on day {died}."
    else:
        said = (
            f"{later} alive on day {last}, FVC {patient['fvc_percent']:.0f} % and "
            f"DLCO {patient['dlco_percent']:.0f} % of predicted, {patient['burden_ml']:.0f} mL of lung filled."
        )
    said += f" Relapses noticed: {', '.join(f'day {day}' for day in relapses) or 'none'}."
    said += f" Prednisolone in all: {cumulative:.1f} g."
    return f"{said} Suffered {', '.join(harms)}." if harms else said
