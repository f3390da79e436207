"""Diseases: the parameters that a disease gives to the processes that all diseases share.

A process that a disease does not have is left out of its file; a quantity that is left out is zero. What the
parameters do is said where they are used, in `trainer.course.process`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from trainer.knowledge.number import Frozen, Number, Probability, Spread, within

_Days = Annotated[Number, within("day")]
_PositiveDays = Annotated[Number, within("day", low=0.1)]  # something is divided by it
_PerDay = Annotated[Number, within("1/day", high=50)]
_Factor = Annotated[Number, within("1", high=1000)]
_Share = Annotated[Number, within("1", high=1.0)]
_WIDEST_SEVERITY = 3.0  # severity is in standard deviations already; judgement

Group = Literal["healthy", "organizing-pneumonia", "infection", "interstitial", "eosinophilic", "neoplasm", "vascular"]
LobeName = Literal["right_upper", "right_middle", "right_lower", "left_upper", "left_lower"]


def _narrow(severity: Spread) -> Spread:
    if severity.shape != "normal" or severity.spread > _WIDEST_SEVERITY:
        raise ValueError(f"a normal is expected, with a spread of {_WIDEST_SEVERITY:g} at most")
    return severity


def _some(lobes: dict[LobeName, float]) -> dict[LobeName, float]:
    if sum(lobes.values()) <= 0:
        raise ValueError("no lobe has a share")
    return lobes


_Lobes = Annotated[
    dict[LobeName, Annotated[float, Field(ge=0, le=100)]], Field(min_length=5, max_length=5), AfterValidator(_some)
]


class Population(Frozen):
    """Who falls ill, and when they come."""

    age: Annotated[Spread, within("year", low=18, high=95, limited=True)]
    female: Probability
    onset_to_presentation: Annotated[Spread, within("week", low=0, high=60, limited=True)]
    severity: Annotated[Spread, within("1", low=-3, high=3), AfterValidator(_narrow)]


class Inflammation(Frozen):
    """Inflammatory drive: kindled once, self-limiting, held down by steroids, ready to flare."""

    ignition: _Factor
    ignition_spread: _Factor
    fade: _PerDay
    turn: Annotated[Spread, within("week", low=-100, high=500)] | None = None
    turned_fade: _PerDay | None = None
    turned_flares: _Share | None = None
    severity_delays_turn: Annotated[Number, within("week", high=500)] | None = None
    production: _PerDay
    clearance: _PerDay
    half_effect_dose: Annotated[Number, within("mg/day", low=0.1)]
    refractory: Probability | None = None
    steroid_blocks: _Share | None = None
    steroid_clears: _Factor | None = None
    steroid_heals: _PerDay | None = None
    macrolide_blocks: _Share | None = None
    macrolide_heals: _PerDay | None = None
    sparing_blocks: _Share | None = None
    memory_laid: _PerDay | None = None
    memory_frailty: _Factor | None = None
    memory_fade: _PerDay | None = None
    flare_rate: _PerDay | None = None
    flare_size: _Factor | None = None
    flare_turn: _Days | None = None
    exposure_half_life: _PositiveDays | None = None
    exposure_share: _Share | None = None


class Microbe(Frozen):
    """The disease's own organism in the lung."""

    kind: Literal["bacteria", "mould", "mycobacteria"]
    inoculum: _Share
    growth: _PerDay
    kill: _PerDay
    defence: _PerDay
    defence_matures: _PositiveDays | None = None
    steroid_weakens: _Share
    steroid_masks: _Share | None = None
    atypical: Probability | None = None
    resistant: Probability | None = None


class Growth(Frozen):
    """A tumour's size; it never shrinks."""

    doubling_time: Annotated[Spread, within("day", low=10, high=2000, limited=True)]


class Fibrosis(Frozen):
    """Scarring of the interstitium, which does not turn back."""

    at_presentation: Annotated[Spread, within("1", low=0, high=1, limited=True)]
    progress: Annotated[Spread, within("1/year", low=0, high=2, limited=True)]
    per_drive: Annotated[Number, within("1/year")] | None = None
    antifibrotic_slows: _Share | None = None


class Thrombus(Frozen):
    """Emboli that come again unless anticoagulated: often in the first weeks, seldom later."""

    early_recurrence: Annotated[Number, within("1/year")]
    early_fade: _PositiveDays
    recurrence: Annotated[Number, within("1/year")]
    anticoagulation_prevents: _Share
    lethality: Probability | None = None


class Answer(Frozen):
    """What the body shows of the inflammation at drive 1 and of the organism at load 1."""

    crp_per_drive: Annotated[Number, within("mg/L")] | None = None
    crp_spread: _Factor | None = None
    crp_per_load: Annotated[Number, within("mg/L")] | None = None
    fever_per_drive: Annotated[Number, within("K")] | None = None
    fever_per_load: Annotated[Number, within("K")] | None = None
    fever_spread: Annotated[Number, within("K")] | None = None
    white_cells_per_drive: Annotated[Number, within("G/L")] | None = None
    white_cells_per_load: Annotated[Number, within("G/L")] | None = None
    white_cells: Annotated[Number, within("G/L", low=-8)] | None = None
    eosinophils_per_drive: Annotated[Number, within("G/L")] | None = None
    procalcitonin_per_load: Annotated[Number, within("ng/mL")] | None = None
    procalcitonin_per_drive: Annotated[Number, within("ng/mL")] | None = None
    fvc_lost_to_fibrosis: Annotated[Number, within("%")] | None = None
    dlco_lost_to_fibrosis: Annotated[Number, within("%")] | None = None
    dlco_lost_to_drive: Annotated[Number, within("%")] | None = None


class Danger(Frozen):
    """Hazards of death that belong to the disease, beside those of hypoxaemia and infection."""

    per_drive: Annotated[Number, within("1/year")] | None = None
    per_load: Annotated[Number, within("1/year")] | None = None
    per_fibrosis: Annotated[Number, within("1/year")] | None = None
    per_growth: Annotated[Number, within("1/year")] | None = None
    steroid_harm: Annotated[Number, within("1/year")] | None = None


class OpacityKind(Frozen):
    """One kind of opacity that a disease makes: what feeds it, where it lies, how it looks, how it ends."""

    name: str
    form: Literal["patch", "nodule", "wedge", "band", "field", "centrilobular"]
    feeds_on: Literal["drive", "load", "growth", "fibrosis", "nothing"]
    births: _PerDay | None = None
    first: Annotated[Number, within("1", high=12)] | None = None
    lobes: _Lobes
    where_source: str
    height: Annotated[Spread, within("1", low=0, high=1, limited=True)]
    depth: Annotated[Spread, within("1", low=0, high=1, limited=True)]
    posterior: _Share | None = None
    bronchocentric: _Share | None = None
    volume: Annotated[Spread, within("mL", low=0.05, high=1500, limited=True)]
    fill: Annotated[Spread, within("1", low=0, high=1, limited=True)]
    denser_when_mature: _Factor | None = None
    pace_spread: _Factor | None = None
    ripening: _PositiveDays
    burn_out: _PositiveDays | None = None
    clearing: _PerDay | None = None
    shrinking: _PerDay | None = None
    steroid_quickens: _Factor | None = None
    age_slows: _Factor | None = None
    ring: _Share | None = None
    ring_after: _Days | None = None
    rim: Annotated[Spread, within("mm", low=1, high=40, limited=True)] | None = None
    halo: _Share | None = None
    perilobular: _Share | None = None
    septal: _Share | None = None
    nodularity: _Share | None = None
    tree_in_bud: _Share | None = None
    reticulation: _Share | None = None
    cavity: _Share | None = None
    cavity_after: _Days | None = None
    honeycomb: _Share | None = None
    traction: _Share | None = None
    sparing: _Share | None = None
    scarring: _PerDay | None = None


class Pleura(Frozen):
    """Fluid, air trapping and nodes that go with the disease."""

    effusion: Probability
    effusion_volume: Annotated[Spread, within("mL", low=0, high=3000)]
    mosaic: _Share | None = None
    nodes: Annotated[Number, within("mm", high=30)] | None = None


class Disease(Frozen):
    """A disease.

    Parameters
    ----------
    id : str
        Identifier, also the name of its file.
    name : str
    synonyms : tuple of str
        Other names by which a command finds it.
    group : str
    variant_of : str, optional
        Another disease that this one is a form of: where a test's table says nothing of this one, it says of it
        what it says of the other.
    summary : str
        What it is, in a sentence or two, for the debrief.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: str
    synonyms: tuple[str, ...] = ()
    group: Group
    variant_of: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] | None = None
    summary: str
    population: Population
    inflammation: Inflammation | None = None
    microbe: Microbe | None = None
    growth: Growth | None = None
    fibrosis: Fibrosis | None = None
    thrombus: Thrombus | None = None
    answer: Answer = Answer()
    danger: Danger = Danger()
    pleura: Pleura | None = None
    opacities: Annotated[tuple[OpacityKind, ...], Field(max_length=4)] = ()
