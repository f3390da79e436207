"""The point in the lung that an opacity's address names."""

from __future__ import annotations

import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.atlas import Atlas
from trainer.course.opacity import Lobe


def address_mm(anatomy: Anatomy, atlas: Atlas, opacity: np.void) -> np.ndarray:
    """Return the point in mm (z, y, x) that an opacity's address names."""
    lobe = Lobe(int(opacity["lobe"]))
    box = atlas.boxes[lobe]
    planes = box[0].stop - box[0].start
    height = float(np.clip(opacity["height"], 0.03, 0.97))
    z = round(height * (planes - 1))
    yx = np.argwhere((atlas.share[box[0].start + z, box[1], box[2]] >> 4) == lobe + 1)
    step = np.array(atlas.spacing_mm[1:])
    points = (yx + np.array([box[1].start, box[2].start])) * step + atlas.origin_mm[1:]
    left = lobe in (Lobe.LEFT_UPPER, Lobe.LEFT_LOWER)
    azimuth = float(opacity["azimuth"])
    ray = np.array([-np.cos(azimuth), np.sin(azimuth) * (1.0 if left else -1.0)])
    offset = points - points.mean(axis=0)
    along = offset @ ray
    across = np.abs(offset @ np.array([-ray[1], ray[0]]))
    pleura = points[np.argmax(along - 0.7 * across)]
    hilum = np.array(anatomy.landmarks["left_hilum" if left else "right_hilum"])[1:]
    hub = points[np.argmin(((points - hilum) ** 2).sum(axis=1))]
    wanted = pleura + float(np.clip(opacity["depth"], 0.0, 1.0)) * (hub - pleura)
    y, x = points[np.argmin(((points - wanted) ** 2).sum(axis=1))]
    return np.array([atlas.origin_mm[0] + (box[0].start + z) * atlas.spacing_mm[0], y, x])
