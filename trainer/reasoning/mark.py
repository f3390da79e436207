"""Marks in the CT against the masks of what is there: a part of the perception dial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from trainer.knowledge.marking import Perception
from trainer.knowledge.statement import Mark
from trainer.reasoning.item import Item, Moment


@dataclass(frozen=True, eq=False)
class Block:
    """A part of the truth of a series.

    Parameters
    ----------
    masks : mapping
        Number of each opacity to its mask, bool, shape (z, y, x); masks may share voxels.
    spacing_mm, origin_mm : tuple of float
        Distance of neighbours, and place of voxel [0, 0, 0], along (z, y, x).
    """

    masks: Mapping[int, np.ndarray]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]


class Slices(Protocol):
    """What is needed of a series of the chest, as `trainer.chest.series.Series` has it."""

    origin_mm: tuple[float, float, float]
    count: int

    @property
    def spacing_mm(self) -> tuple[float, float, float]: ...  # noqa: D102
    @property
    def shape(self) -> tuple[int, int, int]: ...  # noqa: D102
    def position_mm(self, index: int) -> float: ...  # noqa: D102
    def truth(self, index: int) -> dict[int, np.ndarray]: ...  # noqa: D102


def block_about(series: Slices, mark: Mark, radius_mm: float) -> Block:
    """Return the truth of a series around a mark: only the slices that lie within the radius are made."""
    step = series.spacing_mm[0]
    first = max(0, int(np.ceil((mark.z_mm - radius_mm - series.origin_mm[0]) / step)))
    last = min(series.count - 1, int(np.floor((mark.z_mm + radius_mm - series.origin_mm[0]) / step)))
    slices = [series.truth(index) for index in range(first, last + 1)]
    nothing = np.zeros(series.shape[1:], bool)
    labels = sorted({label for masks in slices for label in masks})
    whole = {label: np.stack([masks.get(label, nothing) for masks in slices]) for label in labels}
    return Block(whole, series.spacing_mm, (series.position_mm(first), *series.origin_mm[1:]))


def lesion_at(mark: Mark, block: Block, radius_mm: float) -> int | None:
    """Return the number of the opacity that a mark hits, None if it hits none.

    It hits an opacity if it lies in its mask grown by the radius; of several that whose centre of mass is nearest
    (of the part in the block, where the block holds only a part).
    """
    place = np.array([mark.z_mm, mark.y_mm, mark.x_mm])
    spacing, origin = np.array(block.spacing_mm), np.array(block.origin_mm)
    low = np.maximum(np.ceil((place - radius_mm - origin) / spacing), 0).astype(int)
    high = np.maximum(np.floor((place + radius_mm - origin) / spacing) + 1, 0).astype(int)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))

    def hit(mask: np.ndarray) -> bool:
        places = (np.argwhere(mask[box]) + low) * spacing + origin
        return bool((((places - place) ** 2).sum(axis=1) <= radius_mm**2).any())

    def far(label: int) -> float:
        centre = np.argwhere(block.masks[label]).mean(axis=0) * spacing + origin
        return float(((centre - place) ** 2).sum())

    found = [label for label, mask in block.masks.items() if hit(mask)]
    return min(found, key=far) if found else None


def mark_item(found: Sequence[int | None], weights: Mapping[int, float], marking: Perception, at: Moment) -> Item:
    """Return what the marks of a read are worth: weighted hits less 0.1 for each false mark up to five.

    Parameters
    ----------
    found : sequence of int or None
        Of each mark the opacity that it hits, as `lesion_at` gives it. Further marks on one opacity are ignored.
    weights : mapping
        Every opacity that the picture shows to its weight; only the proportions count. Must not be empty.
    marking : Perception
    at : Moment
        Of the read.

    Notes
    -----
    This tells one learner of one picture what was hit; it is no figure of merit, which needs many pictures
    (`trainer.reasoning.localisation.weighted_afroc`). Ratings do not enter.
    """
    hit = {label for label in found if label in weights}
    false = sum(label not in weights for label in found)
    whole = sum(weights.values())
    counted = min(false, marking.counted_false_marks.value)
    credit = sum(weights[label] for label in hit if label is not None) / whole - marking.false_mark.value * counted
    missed = [str(label) for label in sorted(weights, key=lambda n: -weights[n]) if label not in hit]
    parts = [f"{len(hit)} of {len(weights)} opacities are marked."]
    if missed:
        parts.append(f"The largest without a mark is opacity {missed[0]}.")
    if false:
        parts.append(f"{false} mark{'s lie' if false > 1 else ' lies'} on no opacity.")
    return Item(
        f"marks-{at.day}", "perception", "Marks on opacities", max(0.0, credit), 1.0, at.day, at.event,
        " ".join(parts), "judgement", tuple(missed),
    )  # fmt: skip
