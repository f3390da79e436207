"""One scan that is open, and the series made of it once it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.deformation import Deformation
from trainer.chest.protocol import Kernel, Protocol
from trainer.chest.series import Series
from trainer.ui.reading.plane import Lattice
from trainer.ui.reading.scan import Scan


class Visit:
    """A scan of an anatomy.

    Where its voxels lie is known at once; the series of both kernels are there while its drawing is kept.
    """

    def __init__(self, anatomy: Anatomy, scan: Scan, protocol: Protocol) -> None:
        self.scan, self._anatomy, self._protocol = scan, anatomy, protocol
        bare = Series(anatomy, scan.state, protocol, scan.visit_key)
        self.lattice = Lattice(bare.shape, bare.spacing_mm, bare.origin_mm)
        self.deformation: Deformation = bare.deformation
        self.thickness_mm = bare.protocol.thickness_mm
        self.series: dict[Kernel, Series] = {}
        self.waiting: list[Callable[[Series], None]] = []  # what is done once it is drawn
        self.cancels: list[Callable[[], None]] = []  # of searches under way

    def draw(self) -> dict[Kernel, Series]:
        """Return the series of both kernels, drawn; for a worker."""
        protocol = replace(self._protocol, kernel="lung")
        lung = Series(self._anatomy, self.scan.state, protocol, self.scan.visit_key, self.deformation)
        return {"lung": lung, "soft": lung.with_kernel("soft")}  # the other kernel takes the drawing, and so makes it

    def shows(self, scan: Scan) -> bool:
        """Return whether another scan of this name looks the same."""
        a, b = self.scan.state, scan.state
        return self.scan.visit_key == scan.visit_key and (
            a is b
            or (
                np.array_equal(a.opacities, b.opacities)
                and (a.effusion_right_ml, a.effusion_left_ml, a.mosaic, a.node_mm)
                == (b.effusion_right_ml, b.effusion_left_ml, b.mosaic, b.node_mm)
            )
        )
