"""An axial chest CT read from a folder of DICOM files that nobody vouches for.

Files are found and opened so that nothing in the folder can make the reader wait; of a file only its beginning is
parsed, and of that only what tells geometry and pixels; coded pixels are decoded by a process of its own. What is
returned is pixels and geometry: no name, number, date or UID of the original leaves this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from trainer.chest.imported.source import Source
from trainer.core.error import BadInput
from trainer.dicom.incoming import folder as folders
from trainer.dicom.incoming import kind as kinds
from trainer.dicom.incoming.folder import Unreadable, find
from trainer.dicom.incoming.header import Header, read_header
from trainer.dicom.incoming.lattice import Lattice, Unfit
from trainer.dicom.incoming.stack import choose
from trainer.dicom.incoming.volume import fill
from trainer.dicom.incoming.words import counted, millimetres, plain_name

_HEADERS_SHARE: Final = 0.2
_COARSE_BITS: Final = 10
_LEAST_AIR: Final = 0.02  # judgement: lungs and what is around the body are a third to two thirds of a chest CT
_AIR_HU: Final = -600
_NAMES: Final = {
    folders.NO_DICOM: ("file that is no DICOM", "files that are no DICOM"),
    folders.NO_PERMISSION: ("entry that may not be read", "entries that may not be read"),
    folders.NOT_REGULAR: ("entry that is no plain file", "entries that are no plain files"),
    kinds.DAMAGED: ("damaged DICOM file", "damaged DICOM files"),
    kinds.LOCALISER: ("localiser", "localisers"),
    kinds.CAPTURE: ("secondary capture", "secondary captures"),
    kinds.ENHANCED: ("enhanced (multi-frame) CT", "enhanced (multi-frame) CTs"),
    kinds.SEGMENTATION: ("segmentation", "segmentations"),
    kinds.REPORT: ("report", "reports"),
    kinds.NO_IMAGE: ("object that is no image", "objects that are no images"),
    kinds.CONTENTS: ("table of contents (DICOMDIR)", "tables of contents (DICOMDIR)"),
    kinds.OTHER: ("image of another kind", "images of another kind"),
}


class ReadingCancelled(Exception):
    """The reading was broken off as asked."""


@dataclass(frozen=True)
class Reading:
    """A chest CT as it was read.

    Parameters
    ----------
    source : Source
    taken : tuple of str
        What was taken and how it was changed, in lines; without anything of the patient.
    left : tuple of str
        What else the folder holds, in lines.
    warnings : tuple of str
        What to look at before the chest is shown to others.
    """

    source: Source
    taken: tuple[str, ...]
    left: tuple[str, ...]
    warnings: tuple[str, ...]


def read_series(
    folder: Path,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Reading:
    """Read the chest CT of a folder and of the folders in it.

    Parameters
    ----------
    folder : Path
    progress : callable, optional
        Told the share done, 0 to 1.
    cancelled : callable, optional
        Asked between files; if true, `ReadingCancelled` is raised.

    Raises
    ------
    BadInput
        If it holds none that can be used; one line says why.
    """

    def step(share: float) -> None:
        if cancelled is not None and cancelled():
            raise ReadingCancelled
        if progress is not None:
            progress(share)

    where = plain_name(str(folder))
    try:
        step(0.0)
        slices, others = _sorted_out(folder, step)
        if not slices:
            raise BadInput(f"{where}: {_why_nothing(others)}")
        chosen = choose(slices, where, others[kinds.DAMAGED])
        source, changes = fill(chosen.lattice, lambda share: step(_HEADERS_SHARE + (1.0 - _HEADERS_SHARE) * share))
        _check_air(where, source.hu)
    except Unfit as reason:
        raise BadInput(f"{where}: the series {reason}") from reason
    except MemoryError as error:
        raise BadInput(f"{where}: there is not enough memory to read it; choose a thicker reconstruction") from error
    taken = (_what(chosen.lattice), *([chosen.why] if chosen.why else []), *changes)
    step(1.0)
    return Reading(source, taken, (*chosen.left, *_lines(others)), _warnings(chosen.lattice))


def _sorted_out(folder: Path, step: Callable[[float], None]) -> tuple[list[Header], Counter[str]]:
    """Return the headers of the CT slices, and how many files of which kinds there are besides."""
    found = find(folder, lambda: step(0.0))
    slices, others = [], Counter(found.left)
    for i, path in enumerate(found.paths):
        step(_HEADERS_SHARE * i / len(found.paths))
        try:
            header = read_header(path)
        except Unreadable as kind:
            others[str(kind)] += 1
            continue
        if header.kind == kinds.SLICE:
            slices.append(header)
        else:
            others[f"{header.kind} {header.modality}".strip()] += 1
    return slices, others


def _lines(others: Counter[str]) -> tuple[str, ...]:
    lines = []
    for kind, number in sorted(others.items()):
        other, modality = kind.startswith(kinds.OTHER), kind.removeprefix(kinds.OTHER).strip()
        line = counted(number, *_NAMES[kinds.OTHER if other else kind])
        lines.append(f"{line} ({modality})" if other and modality else line)
    return tuple(lines)


def _why_nothing(others: Counter[str]) -> str:
    """Return why a folder holds nothing to take."""
    if not others:
        return "the folder is empty; name the folder of a chest CT's DICOM files"
    if set(others) == {folders.NO_PERMISSION}:
        return "its files may not be read; ask for access or copy them"
    if not set(others) - {folders.NO_DICOM, folders.NOT_REGULAR, folders.NO_PERMISSION}:
        return f"holds no DICOM files ({', '.join(_lines(others))}); name the folder of a chest CT"
    if others[kinds.ENHANCED]:
        return "its CT is in one enhanced (multi-frame) object, which is not read; export it as classic CT slices"
    return f"holds no CT slices ({', '.join(_lines(others))}); name the folder of an axial chest CT"


def _check_air(where: str, hu: np.ndarray) -> None:
    sample = hu[:: max(1, len(hu) // 20)]
    if np.mean(sample < _AIR_HU) < _LEAST_AIR:
        raise BadInput(
            f"{where}: next to nothing in it is air, so it is no chest or its values are no Hounsfield units"
        )


def _what(lattice: Lattice) -> str:
    count, rows, columns = lattice.shape
    thick = f", {millimetres(lattice.thickness_mm)} thick" if lattice.thickness_mm else ""
    return (
        f"{count} axial slices of {rows} x {columns} pixels of {millimetres(lattice.pixel_mm[1])}{thick}, "
        f"{millimetres(lattice.spacing_mm)} apart"
    )


def _warnings(lattice: Lattice) -> tuple[str, ...]:
    told = []
    if any(header.burned_in for header in lattice.slices):
        told.append("text may be burned into its pixels: look at every slice before anyone else does")
    if any(header.recognisable for header in lattice.slices):
        told.append("it says that the patient's face or body can be recognised in it")
    if any(header.lossy for header in lattice.slices):
        told.append("it was compressed with loss, so its texture and noise are no longer the scanner's")
    if any(header.stored is not None and header.stored.bits < _COARSE_BITS for header in lattice.slices):
        told.append("its pixels have so few bits that its Hounsfield units are coarse")
    if not all(header.supine for header in lattice.slices):
        told.append("the patient did not lie on the back, as those of the cases do")
    if not lattice.thickness_mm:
        told.append("it does not say how thick its slices are; they are taken to be as thick as they are apart")
    return tuple(told)
