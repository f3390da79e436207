"""The rows of a run in the records, and the run that they make."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from trainer.core.error import BadInput
from trainer.encounter.chain import broken_at, first_link
from trainer.encounter.run import MAX_BYTES, MAX_EVENTS, Run, decode
from trainer.records import table
from trainer.records.examination import LONGEST_EVENT


def events_of(connection: Connection, number: str) -> list[Row[Any]]:
    """Return the rows of the events of a run, in their order."""
    event = table.event
    chosen = select(event).where(event.c.run_id == number).order_by(event.c.number).limit(MAX_EVENTS + 1)
    return list(connection.execute(chosen))


def insert_events(connection: Connection, number: str, run: Run, links: tuple[str, ...], have: int) -> None:
    """Add the events of a run after the first so many, each with its link.

    Raises
    ------
    BadInput
        If one is longer than any that is played: the records would look damaged when they are next opened.
    """
    # as in a run file, and not in the order of the chain: the seal is over the shares in the order they were stated in
    new: list[dict[str, Any]] = [
        {"run_id": number, "number": n, "body": event.model_dump_json(exclude_none=True), "link": link}
        for n, (event, link) in enumerate(zip(run.events, links, strict=True), 1)
        if n > have
    ]
    if any(len(event["body"]) > LONGEST_EVENT for event in new):
        raise BadInput("an event of this run is longer than one can be; it was not kept")
    if new:
        connection.execute(insert(table.event), new)


def header_in(row: Any) -> dict[str, Any]:
    """Return the fields of the header of a run."""
    chest = {"name": row.chest_name, "digest": row.chest_digest}
    return {
        "case": row.case_id, "version": row.case_version, "seed": row.seed, "engine": row.engine, "mode": row.mode,
        "policy": row.policy, "time_factor": row.time_factor,
        "chest": chest if any(value is not None for value in chest.values()) else None,
    }  # fmt: skip


def run_of(row: Any, events: Sequence[Any], name: str) -> Run:
    """Return a run as it was saved, after its links and its seal were looked at.

    Parameters
    ----------
    row, events : Row
        Of the tables `run` and `event`, the events in their order.
    name : str
        What to call it in a complaint.

    Raises
    ------
    BadInput
        If it is not as it was saved; the line says which event differs.
    """
    if row.state is None or row.seal is None:
        raise BadInput(f"{name}: the run has no seal")
    bodies = ",".join(event.body for event in events)
    if len(bodies) > MAX_BYTES:
        raise BadInput(f"{name}: larger than a run can be; it stays as it is, unplayed")
    bare = decode(f'{{"header": {json.dumps(header_in(row))}, "events": [{bodies}]}}', name)
    links = (first_link(bare.header), *(event.link for event in events))
    broken = broken_at(bare.header, bare.events, links)
    if broken is None and [event.number for event in events] != list(range(1, len(events) + 1)):
        broken = len(events)
    kept = {"format": row.format, "second": row.second, "state": row.state, "seal": row.seal}
    run = bare.model_copy(update={**kept, "links": links if row.format == 3 else None})
    if broken is not None:
        raise BadInput(f"{name}: event {broken} was changed after the run was saved; it stays as it is, unplayed")
    if run.seal != run.digest():
        raise BadInput(f"{name}: the run was changed after it was saved; it stays as it is, unplayed")
    return run
