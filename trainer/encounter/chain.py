"""The chain of a run: each link is a digest of all that came before, so that a change tells where it was made.

The chain makes a run tamper-evident, not tamper-proof. Whoever can write the file or the database can also work out a
whole new chain, and cutting events off the end leaves a chain that is right in itself. What anchors it is its head and
count, once they are kept out of reach of whoever could change the run: on the report that was handed in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from trainer.encounter.event import Event
    from trainer.encounter.run import Header


def canonical(part: BaseModel) -> str:
    """Return a header or an event as the JSON text that is chained: keys in order, no spaces, nothing that is None."""
    value = part.model_dump(mode="json", exclude_none=True)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def first_link(header: Header) -> str:
    """Return the link before the first event: the SHA-256 of the header."""
    return hashlib.sha256(canonical(header).encode()).hexdigest()


def next_link(link: str, body: str) -> str:
    """Return the link of an event.

    Parameters
    ----------
    link : str
        The link before it, 64 hexadecimal digits.
    body : str
        The event as `canonical` writes it.
    """
    return hashlib.sha256((link + body).encode()).hexdigest()


def links_of(header: Header, events: Sequence[Event]) -> tuple[str, ...]:
    """Return the link of the header and one of each event; the last is the head of the chain."""
    links = [first_link(header)]
    for event in events:
        links.append(next_link(links[-1], canonical(event)))
    return tuple(links)


def broken_at(header: Header, events: Sequence[Event], links: Sequence[str]) -> int | None:
    """Return where recorded links first differ from what they should be: 0 for the header, None if nowhere."""
    found = links_of(header, events)
    for number, (recorded, right) in enumerate(zip(links, found, strict=False)):
        if recorded != right:
            return number
    return None if len(links) == len(found) else min(len(links), len(found))
