"""Logs of orders and the policy's marking, for the tests of the score."""

import numpy as np

from trainer.knowledge.library import library
from trainer.knowledge.treatment import Channel
from trainer.reasoning.item import Moment
from trainer.reasoning.keyfeature import Log, Order
from trainer.reasoning.taper import Taper

MARKING = library().policy("default").marking
SECOND_DEFECT = library().policy("second-defect").marking
DAYS = 120
AT = Moment(day=14, event=9)
CLOSING = Moment(day=100, event=99)


def drugs_of(*given):
    """Return what is taken when (channel, first day, days, strength) are given, shape (DAYS, len(Channel))."""
    table = np.zeros((DAYS, len(Channel)))
    for channel, day, days, strength in given:
        table[day : day + days, channel] = strength
    return table


def log_of(*orders, drugs=None, until_day=100, relapses=(), first=None):
    """Return a log of orders written as (id, day); their events are numbered from 1."""
    drugs = drugs_of() if drugs is None else drugs
    made = tuple(Order(name, day, n, name == "prednisolone") for n, (name, day) in enumerate(orders, 1))
    taper = Taper.of(drugs)
    return Log(made, taper, Taper.of(first) if first is not None else taper, 70.0, until_day, CLOSING, relapses)


def steroid(mg, day=0, days=60):
    return (Channel.GLUCOCORTICOID, day, days, mg)


def sound(items):
    """Assert what holds of every item: points within bounds, and each loss with its event and reason."""
    for item in items:
        assert item.points <= item.most + 1e-9 and item.most >= 0
        if item.points < item.most - 1e-9:
            assert isinstance(item.event, int) and item.reason.strip().endswith(".")
    return items
