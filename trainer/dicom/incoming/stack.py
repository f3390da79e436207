"""Which slices belong together, and which stack of them is the chest to take."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trainer.core.error import BadInput
from trainer.dicom.incoming.header import Header
from trainer.dicom.incoming.lattice import LEAST_SLICES, Lattice, NotAxial, Unfit, lattice_of
from trainer.dicom.incoming.words import counted, millimetres, plain_name

_COVERS: Final = 0.9  # of the longest stack: as good as all of it
_ALIKE: Final = 0.02
_MOST_TOLD: Final = 6


@dataclass(frozen=True)
class Chosen:
    """The stack that was taken.

    Parameters
    ----------
    lattice : Lattice
    why : str
        A line on why it was; empty if it was the only one.
    left : tuple of str
        What was set aside for it, in lines.
    """

    lattice: Lattice
    why: str
    left: tuple[str, ...]


def choose(headers: Sequence[Header], where: str, damaged: int = 0) -> Chosen:
    """Return the best stack of slices: long enough, then the thinnest, then the longest.

    Parameters
    ----------
    headers : sequence of Header
        Of CT slices, in the order of their files.
    where : str
        The folder, for the line of what is wrong.
    damaged : int
        How many DICOM files there could not be read at all; they may be what a series lacks.

    Raises
    ------
    BadInput
        If there is none.
    """
    whole = [header for header in headers if header.placed is not None]
    faulty = [header for header in headers if header.placed is None]
    fit: list[Lattice] = []
    unfit: list[tuple[list[Header], str]] = []
    not_axial = 0
    for stack in _stacks(whole):
        try:
            fit.append(lattice_of(stack))
        except NotAxial:
            not_axial += len(stack)
        except Unfit as reason:
            unfit.append((stack, str(reason)))
    if not fit:
        beside = f" ({counted(damaged, 'damaged DICOM file')} beside it)" if damaged else ""
        raise BadInput(f"{where}: {_why_none(unfit, faulty, not_axial)}{beside}")
    longest = max(lattice.places_mm[-1] for lattice in fit)
    best = min(fit, key=lambda lattice: _rank(lattice, longest))
    left = [_summary(lattice) for lattice in fit if lattice is not best]
    left += [f"{_of(stack)} that {reason}" for stack, reason in unfit if len(stack) >= LEAST_SLICES]
    few = sum(len(stack) for stack, _ in unfit if len(stack) < LEAST_SLICES)
    left = [f"{line} ({number} times)" if number > 1 else line for line, number in Counter(left).items()]
    if len(left) > _MOST_TOLD:
        left = [*left[:_MOST_TOLD], f"{len(left) - _MOST_TOLD} more series"]
    left += [counted(few, "CT image") + " in series too short for a chest"] if few else []
    left += [counted(not_axial, "CT image") + " that are not axial"] if not_axial else []
    left += [counted(len(faulty), "CT image") + f" that cannot be used ({_named(faulty[0])})"] if faulty else []
    copies = sum(len(group) for group in best.copies)
    left += [counted(copies, "copy of a slice", "copies of slices")] if copies else []
    return Chosen(best, _why(best, fit), tuple(left))


def _stacks(headers: Sequence[Header]) -> list[list[Header]]:
    """Return the slices of each series, size and orientation, in the order of their first files."""
    stacks: dict[tuple[object, ...], list[Header]] = defaultdict(list)
    for header in headers:
        placed, stored = header.placed, header.stored
        if placed is not None and stored is not None:
            key = (
                header.series, stored.rows, stored.columns,
                *(round(value, 2) + 0.0 for value in (*placed.right, *placed.down)),
                *(round(step, 3) for step in placed.spacing_mm),
            )  # fmt: skip
            stacks[key].append(header)
    return list(stacks.values())


def _rank(lattice: Lattice, longest: float) -> tuple[bool, float, int, float]:
    """Return what is least for the best stack."""
    length = float(lattice.places_mm[-1])
    return (
        length < _COVERS * longest,
        round(max(lattice.thickness_mm, lattice.spacing_mm), 2),
        any(not header.original for header in lattice.slices) + any(header.lossy for header in lattice.slices),
        -round(length, 1),
    )


def _why(best: Lattice, fit: Sequence[Lattice]) -> str:
    """Return why it was the best of several."""
    if len(fit) == 1:
        return ""
    others = [lattice for lattice in fit if lattice is not best]
    coarse = [max(lattice.thickness_mm, lattice.spacing_mm) for lattice in others]
    own = max(best.thickness_mm, best.spacing_mm)
    if all(own < (1.0 - _ALIKE) * value for value in coarse):
        reason = "has the thinnest slices"
    elif all(best.places_mm[-1] > (1.0 + _ALIKE) * lattice.places_mm[-1] for lattice in others):
        reason = "covers most of the patient"
    else:
        reason = "covers enough and has slices as thin as any; others would have done as well"
    return f"of {len(fit)} axial series it {reason}"


def _why_none(unfit: Sequence[tuple[list[Header], str]], faulty: Sequence[Header], not_axial: int) -> str:
    """Return why no stack can be used: of the largest series, and of its files rather than of the gaps they leave."""
    stack, reason = max(unfit, key=lambda pair: len(pair[0]), default=([], ""))
    own = [header for header in faulty if not stack or header.series == stack[0].series]
    if own:
        return _named(own[0])
    if stack:
        return f"the series of {counted(len(stack), 'CT image')} {reason}"
    if not_axial:
        return "its CT images are not axial; export the axial series of a chest CT"
    return "holds no CT slices; name the folder of an axial chest CT"


def _named(header: Header) -> str:
    return f"{plain_name(header.path.name)}: {header.fault}"


def _summary(lattice: Lattice) -> str:
    return f"another series of {len(lattice.slices)} slices, {millimetres(lattice.spacing_mm)} apart"


def _of(stack: Sequence[Header]) -> str:
    return f"another series of {counted(len(stack), 'CT image')}"
