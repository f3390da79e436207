"""A debrief made by hand: no simulation, so that tests of the page are fast."""

from dataclasses import replace

import numpy as np

from trainer.course.opacity import OPACITY, ChestState, Lobe
from trainer.course.person import Person
from trainer.encounter.debrief import Debrief, Feedback, Left, Pair, Point, Twin, Visit
from trainer.encounter.run import Header, Run
from trainer.encounter.search import Extent, search_of
from trainer.encounter.twin import Course
from trainer.knowledge.statement import Read
from trainer.reasoning.decision import Choice
from trainer.reasoning.dial import DialReading, ScoreSheet
from trainer.reasoning.gate import Gate
from trainer.reasoning.item import Item

NAMES = {"cop": "Cryptogenic organizing pneumonia", "bacterial": "Bacterial pneumonia", "nodule": "Nodule"}
REFERENCES = {"lazor-2000": "Lazor R, et al. Relapses in a series of 48 patients (n = 48)", "judgement": "judgement"}


def chest(*volumes_ml):
    """Return a chest with opacities of these volumes."""
    found = np.zeros(len(volumes_ml), OPACITY)
    for n, volume in enumerate(volumes_ml):
        found[n]["label"], found[n]["lobe"], found[n]["height"] = n + 1, Lobe.RIGHT_UPPER, 0.8
        found[n]["volume_ml"], found[n]["fill"] = volume, 0.9
    return ChestState(0, found)


def choice(**other):
    plain = Choice(
        own="Moxifloxacin and a visit on day 7", best="Prednisolone", total=6.5, belief=5.0, act=1.5, reach=20.0,
        standard_error=0.8, equally_right=False,
    )  # fmt: skip
    return replace(plain, **other)


ITEMS = (
    Item("signs-0", "perception", "Signs in the CT", 0.5, 1.0, 0, 9, "It shows a nodule; your read does not name it.",
         "lazor-2000", ("nodule",)),
    Item("zones-0", "perception", "Zones", 1.0, 1.0, 0, 9, "All told apart.", "judgement"),
    Item("belief-0", "diagnosis", "Differential", 0.2, 1.0, 0, 10, "You gave too little.", "judgement", ("cop 95 %",)),
)  # fmt: skip
FAILED = Gate("abrupt-stop", "Steroid ended at once", True, "From 40 mg to nothing.", 84, 40, "lazor-2000")
PASSED = Gate("prophylaxis", "Prophylaxis", False, "None needed.", 84, 40)
SHEET = ScoreSheet(
    41.0, {"perception": DialReading(75.0, 12.0), "diagnosis": DialReading(20.0, 30.0)}, (FAILED, PASSED), ITEMS
)
VISITS = (
    Visit(0, "First contact", 12, {"bacterial": 0.6, "cop": 0.3, "other": 0.1},
          {"cop": 0.9, "bacterial": 0.06, "hp": 0.04}, choice(), -4.2),
    Visit(7, "The results are back", 20, None, {"cop": 0.97, "bacterial": 0.01, "hp": 0.02}),
    Visit(14, "Follow-up", 30, {"cop": 1.0}, {"cop": 0.98, "bacterial": 0.0, "hp": 0.02},
          choice(own="waiting until day 84", total=0.3, belief=2.0, act=-1.7, equally_right=True), 1.0),
)  # fmt: skip
EXTENT = Extent(100, (0.0, 90.0), (5.0, 85.0), {1: (82, 90)}, {1: (-20.0, 5.0, 60.0)})
SEARCH = search_of(0, "0" * 40 + "1" * 10 + "2" * 30, EXTENT, chest(30.0).opacities, Read(day=0), ())


def course(filled_ml):
    return Course(crp_mg_l=20.0, spo2_percent=95.0, fvc_percent=80.0, filled_ml=filled_ml, prednisolone_mg=30.0)


TWIN = Twin(
    "24 weeks of prednisolone",
    tuple(
        Pair(day, course(100.0 - day), course(100.0 - 2 * day) if day < 21 else None, chest(60.0),
             chest(60.0) if day < 21 else None)
        for day in (0, 7, 14, 21)
    ),
    "Alive on day 400.",
    "Died on day 20.",
)  # fmt: skip
DEBRIEF = Debrief(
    run=Run(header=Header(case="wandering-shadows", seed=3)),
    title="The wandering shadows",
    disease="Cryptogenic organizing pneumonia",
    summary="A pattern of healing gone astray.",
    ending="Alive on day 400.",
    person=Person(42, "F", 61.0, 165.0, 70.0),
    sheet=SHEET,
    visits=VISITS,
    searches=(SEARCH,),
    left=(Left(11, 30, 12.0),),
    objectives=("Recognise migration.",),
    points=(Point("About half relapse.", "Lazor R, et al. (n = 48)", "https://example.org/lazor?a=1&b=2"),),
    names=NAMES,
    references=REFERENCES,
    scans=((0, chest(30.0, 5.0)), (84, chest(50.0))),
    twin=TWIN,
)
FEEDBACK = Feedback(ITEMS, (FAILED,), VISITS[:1], NAMES, REFERENCES)
