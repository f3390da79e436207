# ruff: noqa: E501
"""Chests of well-known diseases at one day each, to look at and to time."""

import math

import numpy as np

from trainer.course.opacity import OPACITY, ChestState, Form, Lobe

RU, RM, RL, LU, LL = Lobe
FRONT, LATERAL, BACK, MEDIAL = 0.0, math.pi / 2, math.pi, 3 * math.pi / 2


def state(*opacities, tick=0, **chest):
    """Return a chest's state of opacities given as dictionaries."""
    records = np.zeros(len(opacities), OPACITY)
    for n, values in enumerate(opacities):
        for name, value in {"label": n + 1, "rim_mm": 5.0, "height": 0.5, **values}.items():
            records[n][name] = value
    return ChestState(tick, records, **chest)


def patch(lobe, height, azimuth, volume_ml, fill, depth=0.08, **more):
    return {
        "form": Form.PATCH,
        "lobe": lobe,
        "height": height,
        "azimuth": azimuth,
        "depth": depth,
        "volume_ml": volume_ml,
        "fill": fill,
        **more,
    }


def field(lobe, height, azimuth, volume_ml, fill, depth=0.05, **more):
    return patch(lobe, height, azimuth, volume_ml, fill, depth, **{**more, "form": Form.FIELD})


EXAMPLES = {
    "cop": state(
        patch(RL, 0.55, 2.6, 55, 0.93),
        patch(LL, 0.4, 2.2, 80, 0.9),
        patch(LU, 0.45, 1.5, 22, 0.93, 0.25, ring=1.0, rim_mm=5.0),
        patch(RU, 0.5, 1.9, 25, 0.4, 0.15),
        patch(RL, 0.25, 1.5, 30, 0.8, 0.5, bronchocentric=0.9),
        patch(LL, 0.75, 2.9, 18, 0.3, 0.1, perilobular=0.8),
    ),
    "cop treated": state(
        patch(RL, 0.55, 2.6, 18, 0.35, scar=0.1),
        patch(LL, 0.4, 2.2, 30, 0.3, perilobular=0.4),
        patch(LU, 0.45, 1.5, 6, 0.3, 0.25),
        patch(RU, 0.5, 1.9, 5, 0.2, 0.15),
    ),
    "fungal": state(
        patch(RU, 0.5, 2.0, 120, 0.95, 0.2, ring=1.0, rim_mm=14.0, reticulation=0.9),
        patch(LL, 0.5, 2.2, 12, 0.95, 0.3, form=Form.NODULE, halo=1.0),
        effusion_right_ml=250.0,
    ),
    "uip": state(
        *(field(lobe, 0.12, 2.2, ml, 0.06, 0.0, honeycomb=0.9, reticulation=0.8, traction=0.8) for lobe, ml in ((RL, 330), (LL, 300))),
        *(field(lobe, 0.5, 1.7, ml, 0.04, 0.0, honeycomb=0.3, reticulation=0.6, traction=0.2) for lobe, ml in ((RU, 110), (LU, 120))),
    ),
    "nsip": state(
        *(field(lobe, 0.25, 2.5, ml, 0.3, 0.45, reticulation=0.45, traction=0.7, sparing=0.8) for lobe, ml in ((RL, 520), (LL, 480))),
        field(RM, 0.3, 1.5, 80, 0.2, 0.4, reticulation=0.3, sparing=0.5),
    ),
    "bacterial": state(
        patch(RL, 0.5, 2.6, 320, 0.97, 0.4, bronchocentric=0.1),
        patch(RL, 0.85, 2.6, 60, 0.5, 0.5, tree_in_bud=0.7, form=Form.CENTRILOBULAR),
        effusion_right_ml=120.0,
    ),
    "cep": state(
        patch(RU, 0.6, 1.7, 130, 0.9, 0.02, septal=0.5),
        patch(LU, 0.65, 1.6, 140, 0.9, 0.02, septal=0.5),
        patch(LU, 0.3, 1.2, 60, 0.4, 0.05, septal=0.6),
        patch(RL, 0.85, 2.4, 40, 0.45, 0.05, septal=0.6),
    ),
    "hp": state(
        *({"form": Form.CENTRILOBULAR, "lobe": lobe, "height": 0.5, "azimuth": 1.5, "depth": 0.5, "volume_ml": ml, "fill": 0.28}
          for lobe, ml in ((RU, 600), (RM, 250), (RL, 800), (LU, 700), (LL, 700))),
        mosaic=0.9,
    ),
    "infarct": state(
        {"form": Form.WEDGE, "lobe": RL, "height": 0.2, "azimuth": 2.0, "depth": 0.0, "volume_ml": 22, "fill": 0.95, "ring": 0.8, "rim_mm": 6.0},
        {"form": Form.WEDGE, "lobe": LL, "height": 0.3, "azimuth": 2.4, "depth": 0.0, "volume_ml": 9, "fill": 0.9, "halo": 0.5},
        effusion_right_ml=80.0,
    ),
    "adenocarcinoma": state(
        patch(LL, 0.45, 2.6, 380, 0.93, 0.35, halo=0.7),
        patch(RL, 0.6, 2.2, 3, 0.5, 0.4, form=Form.NODULE, halo=0.6),
        patch(RU, 0.4, 1.4, 1.5, 0.6, 0.5, form=Form.NODULE, halo=0.6),
        patch(LU, 0.3, 1.4, 60, 0.35, 0.3, septal=0.7),
    ),
    "tuberculosis": state(
        patch(RU, 0.75, 2.6, 40, 0.95, 0.2, cavity=0.3, form=Form.NODULE, halo=0.2),
        patch(LU, 0.7, 2.4, 28, 0.9, 0.3, ring=0.9, rim_mm=6.0, nodularity=0.8),
        {"form": Form.CENTRILOBULAR, "lobe": RU, "height": 0.45, "azimuth": 1.8, "depth": 0.3, "volume_ml": 160, "fill": 0.5, "tree_in_bud": 0.9},
        {"form": Form.CENTRILOBULAR, "lobe": LU, "height": 0.5, "azimuth": 2.0, "depth": 0.3, "volume_ml": 90, "fill": 0.5, "tree_in_bud": 0.8},
        node_mm=13.0,
    ),
}  # fmt: skip
