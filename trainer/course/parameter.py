"""Knowledge turned into records that a compiled kernel can read.

The record types are derived from the models of `trainer.knowledge`, so that a parameter exists in one place only.
A `Number` becomes one field, a `Spread` five: centre, spread, whether it is lognormal, and its limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin

import numpy as np
from pydantic import BaseModel

from trainer.course.opacity import Form
from trainer.knowledge.body import Body
from trainer.knowledge.disease import Disease, LobeName, OpacityKind
from trainer.knowledge.number import Number, Spread

MAX_KINDS = 4
_LOBES: tuple[LobeName, ...] = ("right_upper", "right_middle", "right_lower", "left_upper", "left_lower")
FEEDS = {"nothing": 0, "drive": 1, "load": 2, "growth": 3, "fibrosis": 4}
MICROBES = {"none": 0, "bacteria": 1, "mould": 2, "mycobacteria": 3}
_SPREAD_PARTS = ("centre", "spread", "lognormal", "low", "high")


def _inner(annotation: Any) -> Any:
    """Return the class behind ``Annotated`` and ``| None``."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, type]]:
    """Yield the name and class of every number and spread below ``model``."""
    for name, info in model.model_fields.items():
        inner = _inner(info.annotation)
        if inner in (Number, Spread):
            yield prefix + name, inner
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{prefix}{name}_")


def _columns(model: type[BaseModel]) -> list[tuple[str, type]]:
    columns: list[tuple[str, type]] = []
    for name, kind in _fields(model):
        parts = [name] if kind is Number else [f"{name}_{part}" for part in _SPREAD_PARTS]
        columns += [(part, np.float64) for part in parts]
    return columns


DISEASE = np.dtype([*_columns(Disease), ("microbe_kind", np.int64), ("kinds", np.int64)])
KIND = np.dtype(
    [*_columns(OpacityKind), ("form", np.int64), ("feed", np.int64), ("lobe_share", np.float64, (len(_LOBES),))]
)
BODY = np.dtype(_columns(Body))


def _fill(record: np.void, model: BaseModel, prefix: str = "") -> None:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Number):
            record[prefix + name] = value.value
        elif isinstance(value, Spread):
            low = -np.inf if value.low is None else value.low
            high = np.inf if value.high is None else value.high
            parts = (value.centre, value.spread, float(value.shape == "lognormal"), low, high)
            for part, number in zip(_SPREAD_PARTS, parts, strict=True):
                record[f"{prefix}{name}_{part}"] = number
        elif isinstance(value, BaseModel):
            _fill(record, value, f"{prefix}{name}_")


@dataclass(frozen=True)
class Parameters:
    """The numbers of all diseases in the order of ``ids``, and those of the body.

    Parameters
    ----------
    ids : tuple of str
    diseases : numpy.ndarray
        Records of `DISEASE`, shape (d,).
    kinds : numpy.ndarray
        Records of `KIND`, shape (d, `MAX_KINDS`).
    body : numpy.ndarray
        One record of `BODY`, shape (1,).
    """

    ids: tuple[str, ...]
    diseases: np.ndarray
    kinds: np.ndarray
    body: np.ndarray

    def row(self, disease: str) -> int:
        """Return the row of a disease."""
        return self.ids.index(disease)


def parameters_of(diseases: Mapping[str, Disease], body: Body) -> Parameters:
    """Return the records of these diseases and this body."""
    ids = tuple(sorted(diseases))
    rows = np.zeros(len(ids), DISEASE)
    kinds = np.zeros((len(ids), MAX_KINDS), KIND)
    for row, name in enumerate(ids):
        disease = diseases[name]
        _fill(rows[row], disease)
        rows[row]["microbe_kind"] = MICROBES[disease.microbe.kind if disease.microbe else "none"]
        rows[row]["kinds"] = len(disease.opacities)
        for column, kind in enumerate(disease.opacities):
            _fill(kinds[row, column], kind)
            kinds[row, column]["form"] = Form[kind.form.upper()]
            kinds[row, column]["feed"] = FEEDS[kind.feeds_on]
            share = np.array([kind.lobes[lobe] for lobe in _LOBES])
            kinds[row, column]["lobe_share"] = share / share.sum()
    record = np.zeros(1, BODY)
    _fill(record[0], body)
    return Parameters(ids, rows, kinds, record)
