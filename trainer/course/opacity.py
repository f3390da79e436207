"""What the engine knows of one opacity, and the words for it.

An opacity is a record of `OPACITY`. It says where in the lung it lies, how large it is and what the lung looks
like inside it; the chest draws exactly this and nothing else. Terms follow the Fleischner glossary (Bankier et
al., Radiology 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

MAX_OPACITIES = 32


class Lobe(IntEnum):
    """The five lobes."""

    RIGHT_UPPER = 0
    RIGHT_MIDDLE = 1
    RIGHT_LOWER = 2
    LEFT_UPPER = 3
    LEFT_LOWER = 4


class Form(IntEnum):
    """The outline that an opacity takes."""

    PATCH = 0  # follows lobules, pleura and fissures
    NODULE = 1  # rounded, with an irregular edge
    WEDGE = 2  # base on the pleura, tip to the hilum: an infarct
    BAND = 3  # plate or cord, radial or along the pleura
    FIELD = 4  # a wide, ill-defined part of a lobe: interstitial disease
    CENTRILOBULAR = 5  # many small nodules at the lobules' centres, or tree-in-bud


OPACITY = np.dtype(
    [
        ("label", np.int32),  # running number in the patient, from 1; 0 marks an empty slot
        ("born_tick", np.int32),
        ("kind", np.int32),  # which of its disease's kinds of opacity it is
        ("form", np.int32),  # a Form
        ("lobe", np.int32),  # a Lobe
        ("height", np.float32),  # of the centre in its lobe: 0 lowest, 1 highest
        ("azimuth", np.float32),  # radians about the lobe's axis: 0 front, pi/2 lateral, pi back, 3 pi/2 medial
        ("depth", np.float32),  # of the centre: 0 at the pleura, 1 at the hilum
        ("bronchocentric", np.float32),  # 0 patch on the pleura, 1 cuff along a bronchus
        ("volume_ml", np.float32),  # of the whole territory, ring, centre and halo included
        ("fill", np.float32),  # share of the airspace filled: below about 0.5 ground glass, above 0.75 consolidation
        ("ring", np.float32),  # clearing of the centre to ground glass: 0 none, 1 a full reversed halo
        ("rim_mm", np.float32),  # thickness of the ring
        ("halo", np.float32),  # ground glass around a solid core: 0 none, 1 marked
        ("perilobular", np.float32),  # share that lies as arcades along lobule borders
        ("septal", np.float32),  # thickened septa inside ground glass: crazy paving
        ("nodularity", np.float32),  # nodules in the wall or inside
        ("tree_in_bud", np.float32),
        ("reticulation", np.float32),  # fine net inside
        ("cavity", np.float32),  # share of the core that is hollow
        ("honeycomb", np.float32),
        ("traction", np.float32),  # dilated, irregular bronchi inside
        ("sparing", np.float32),  # of the outer millimetres under the pleura
        ("scar", np.float32),  # share turned to fibrous tissue, which does not clear
        # what follows is the engine's own and is not drawn
        ("activity", np.float32),  # local inflammation that feeds it; what is left when it ends decides how it clears
        ("pace", np.float32),  # how fast it burns out and clears, relative to its kind
        ("full_fill", np.float32),  # fill at full activity
        ("full_volume_ml", np.float32),  # volume at full activity
        ("ring_share", np.float32),  # how far its centre will clear: 0 never, 1 fully
    ]
)


@dataclass(frozen=True)
class ChestState:
    """All that the chest of one patient shows at one tick.

    Parameters
    ----------
    tick : int
    opacities : numpy.ndarray
        Records of `OPACITY`, shape (n,), no empty slots.
    effusion_right_ml, effusion_left_ml : float
        Free pleural fluid.
    mosaic : float
        Mosaic attenuation by air trapping: 0 none, 1 marked.
    node_mm : float
        Short axis of the largest mediastinal node.
    """

    tick: int
    opacities: np.ndarray
    effusion_right_ml: float = 0.0
    effusion_left_ml: float = 0.0
    mosaic: float = 0.0
    node_mm: float = 5.0
