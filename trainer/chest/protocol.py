"""How a chest is scanned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kernel = Literal["lung", "soft"]


@dataclass(frozen=True)
class Protocol:
    """An acquisition and its reconstruction.

    Parameters
    ----------
    kernel : {"lung", "soft"}
        Reconstruction kernel. Both kernels of one visit come from the same raw noise. An imported chest has but the
        one with which it was scanned, whatever stands here.
    thickness_mm, spacing_mm : float
        Slice thickness, 1 to 5 mm, and distance of slices; of an imported chest not below its source's.
    dose : float
        Tube current times time beside a routine scan (1.0, about 3 mSv); noise goes with its inverse root. Without
        effect on an imported chest, as is ``motion_mm``.
    matrix : int
        Pixels along a side.
    field_of_view_mm : float or None
        Diameter of the reconstruction circle; None takes the anatomy's own width.
    motion_mm : float
        Travel of the heart's wall during the rotation: 0 none; 3 to 6 draws a double edge.
    """

    kernel: Kernel = "lung"
    thickness_mm: float = 1.0
    spacing_mm: float = 1.0
    dose: float = 1.0
    matrix: int = 512
    field_of_view_mm: float | None = None
    motion_mm: float = 0.0
