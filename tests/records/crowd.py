"""Many who write to one server at once: `ATOLL_DATABASE=URL python -m tests.records.crowd WRITERS`.

One process has all loaded and forks the writers, who begin together. Each plays a run of its own, takes a name for a
new run when all the others do, and adds events to the one run that all of them play, loading it again whenever another
was first. It says what was acknowledged.
"""

import json
import os
import sys
import traceback

import psycopg  # noqa: F401 - loaded once, before the forks
import sqlalchemy.dialects.postgresql.psycopg  # noqa: F401

from trainer.core.error import BadInput
from trainer.encounter.event import Advanced
from trainer.encounter.run import Header, Run
from trainer.records.database import Records
from trainer.records.learner import add_learner, learners
from trainer.records.shelf import Shelf

CASE = "wandering-shadows"
OWN, SHARED = 8, 2
SHARED_RUN = f"{CASE}-1-1"


def with_event(run, second):
    day = len(run.events) + 1
    return run.then(Advanced(to_day=day, day=day, second=second)).sealed("0" * 64)


def play(number, learner_id):
    """Write what one writer writes and return what was acknowledged."""
    shelf = Shelf(Records(), learner_id)
    told = {"own": 0, "shared": [], "name": "", "refused": 0}
    own, run = f"own-{number}", Run(header=Header(case=CASE, seed=number + 2)).sealed("0" * 64)
    for _ in range(OWN):
        run = with_event(run, number)
        shelf.save(own, run)
        told["own"] += 1
    while not told["name"]:
        name = shelf.new_name("the-tailor", 1)
        try:
            shelf.save(name, with_event(Run(header=Header(case="the-tailor", seed=1)), 10_000 + number))
            told["name"] = name
        except BadInput:
            told["refused"] += 1
    for turn in range(SHARED):
        second = 100 * number + turn
        while second not in told["shared"]:
            try:
                shelf.save(SHARED_RUN, with_event(shelf.load(SHARED_RUN), second))
                told["shared"].append(second)
            except BadInput as error:
                if "another window" not in str(error):
                    raise
                told["refused"] += 1
    return told


def main(writers):
    records = Records(upgrade=True)
    learner = next(iter(learners(records)), None) or add_learner(records, "crowd")
    Shelf(records, learner.id).save(SHARED_RUN, Run(header=Header(case=CASE, seed=1)).sealed("0" * 64))
    records.close()
    start, go = os.pipe()
    pipes = []
    for number in range(writers):
        reading, writing = os.pipe()
        if os.fork() == 0:
            try:
                os.close(go)
                os.read(start, 1)  # all begin when the parent closes its end
                os.write(writing, json.dumps(play(number, learner.id)).encode())
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(writing)
        pipes.append(reading)
    os.close(go)
    told = []
    for pipe in pipes:
        with os.fdopen(pipe) as stream:
            told.append(json.loads(stream.read()))
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
