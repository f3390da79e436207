"""A real chest is imported, and its lungs are compared with those that a script outside this repository finds.

``ATOLL_REALISM_REFERENCE`` names the folder of the real series (CPTAC-PDA C3N-00249, The Cancer Imaging Archive,
CC BY 3.0), ``ATOLL_REALISM_CHECK`` the script; its ``read_series`` and ``lung_mask`` are used.
"""

import importlib.util
import os

import numpy as np
import pytest
from scipy import ndimage as ndi

from trainer.chest.anatomy.model import Organ
from trainer.chest.imported.assembly import assemble
from trainer.chest.imported.frame import refined
from trainer.chest.imported.segmentation import segment, slices_of
from trainer.chest.imported.source import Source

CHECK, REFERENCE = (os.environ.get(name) for name in ("ATOLL_REALISM_CHECK", "ATOLL_REALISM_REFERENCE"))


@pytest.mark.long
@pytest.mark.skipif(
    not (CHECK and REFERENCE), reason="set ATOLL_REALISM_CHECK and ATOLL_REALISM_REFERENCE to import a real chest"
)
def test_a_real_chest_is_imported():
    spec = importlib.util.spec_from_file_location("check", CHECK)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    hu, spacing = script.read_series(REFERENCE)
    source = Source(hu, spacing, spacing[0])
    found = segment(source, False, 1, lambda share: None)
    # the script's mask holds trachea and bronchi and is closed by four steps within each slice
    theirs = script.lung_mask(hu)[0][found.frame.first :][: found.frame.source.shape[0]]
    _, _, lung = slices_of(source, found)
    airway = refined(found.lumen >= 128, found.frame.grid, found.frame.source)
    mine = np.stack([ndi.binary_closing(plane, iterations=4) for plane in lung | airway])
    assert mine.sum() == pytest.approx(theirs.sum(), rel=0.03)
    assert lung.sum() == pytest.approx(theirs.sum(), rel=0.03)
    assert 2.0 * (mine & theirs).sum() / (mine.sum() + theirs.sum()) > 0.98
    chest = assemble(source, found, None, lambda share: None).anatomy
    litres = np.bincount(chest.lobe[::2, ::2, ::2].ravel(), minlength=6)[1:] * 8.0 * chest.grid.voxel_ml / 1000.0
    assert 0.15 < litres[1] < 0.7 and (litres[[0, 2, 3, 4]] > 0.5).all()
    carina = chest.landmarks["carina"]
    for name, side in (("right", -1.0), ("left", 1.0)):
        assert side * (chest.landmarks[f"{name}_hilum"][2] - carina[2]) > 10.0
        assert 50.0 < carina[0] - chest.landmarks[f"{name}_dome"][0] < 130.0
    trachea = (chest.organ == Organ.AIRWAY).sum() * chest.grid.voxel_ml
    assert 25.0 < trachea < 60.0
