"""A visit into a folder of DICOM files, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian

from trainer.chest.series import Series
from trainer.core.error import BadInput
from trainer.core.storage import reason_of
from trainer.dicom.ct import describe_series, describe_slice, with_pixels
from trainer.dicom.identity import MODEL, VERSION, Visit, unique
from trainer.dicom.radiograph import radiograph_of
from trainer.dicom.segmentation import Truth, segmentation_of

SUFFIX: Final = ".dcm"
_PUBLIC: Final = 0o755
_LONGEST_NAME: Final = 200  # bytes: leaves room for what a half-written folder is called


@dataclass(frozen=True)
class Written:
    """What was written of a visit.

    Parameters
    ----------
    slices : int
    segments : int
        Of the segmentation; 0 if there is none.
    radiograph : bool
    """

    slices: int
    segments: int
    radiograph: bool


@contextmanager
def whole_folder(target: Path, replace: bool = False) -> Iterator[Path]:
    """Give a new folder to write into, which takes the place of ``target`` when all went well.

    On any error, a full disk or an interruption what was written is removed and ``target`` is as it was.

    Parameters
    ----------
    target : Path
        Its parent must exist.
    replace : bool
        Replace an earlier export; a folder that holds anything but DICOM files is never replaced.

    Raises
    ------
    BadInput
        If the folder is in the way or cannot be written.
    """
    target = target.resolve()
    check_folder(target, replace)
    try:
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    except OSError as error:
        raise BadInput(f"{target}: cannot be written ({reason_of(error)}); choose another folder") from error
    try:
        yield part
        part.chmod(_PUBLIC)
        _take_place(part, target, replace)
    except OSError as error:
        raise BadInput(f"{target}: cannot be written ({reason_of(error)}); nothing was kept of it") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_folder(target: Path, replace: bool = False) -> None:
    """Say beforehand whether `whole_folder` can take the place of ``target``.

    Raises
    ------
    BadInput
        If it cannot.
    """
    if not target.name or len(os.fsencode(target.name)) > _LONGEST_NAME:
        raise BadInput(f"{str(target)[:80]}: is no name for a folder of its own; choose a shorter or another one")
    if not target.parent.is_dir():
        raise BadInput(f"{target.parent}: there is no such folder; make it first")
    if not os.access(target.parent, os.W_OK):
        raise BadInput(f"{target.parent}: cannot be written; choose another folder")
    if not target.exists():
        return
    if not target.is_dir():
        raise BadInput(f"{target}: is a file; name a folder")
    _check_content(target, target, replace)


def _check_content(folder: Path, target: Path, replace: bool) -> None:
    """Raise `BadInput` if what is in ``folder``, which is or was at ``target``, may not be replaced."""
    if not replace and any(folder.iterdir()):
        raise BadInput(f"{target}: is not empty; choose another folder, or --force to replace it")
    foreign = next((path for path in folder.rglob("*") if not path.is_dir() and path.suffix != SUFFIX), None)
    if foreign is not None:
        raise BadInput(f"{target}: holds {foreign.name}, which is no DICOM file, and is not replaced")


def _take_place(part: Path, target: Path, replace: bool) -> None:
    """Put ``part`` where ``target`` is; what came there meanwhile is looked at once more, out of others' reach."""
    if not target.exists():
        part.rename(target)  # refuses a folder that came there meanwhile and is not empty
        return
    old = part.with_suffix(".old")
    target.rename(old)
    try:
        _check_content(old, target, replace)
        part.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_object(path: Path, ds: Dataset) -> None:
    """Write one object as a DICOM file, little endian, explicit VR; the same object gives the same bytes."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = unique("implementation", MODEL)
    meta.ImplementationVersionName = f"ATOLL_{VERSION}"[:16]
    ds.file_meta = meta
    dcmwrite(path, ds, enforce_file_format=True)


def write_visit(
    folder: Path,
    visit: Visit,
    series: Series,
    truth: bool = False,
    radiograph: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Written:
    """Write a visit's CT into an existing folder, and on demand its truth and its film.

    Parameters
    ----------
    folder : Path
        From `whole_folder`, or a folder in one.
    visit : Visit
    series : Series
    truth : bool
        Add a segmentation of the opacities and signs, if there are any.
    radiograph : bool
        Add a frontal film of the same volume.
    progress : callable, optional
        Told the share done.
    """
    shared = describe_series(visit, series)
    seen = Truth(series)
    headers = {}
    volume = np.empty(series.shape if radiograph else (0, 0, 0), np.int16)
    for index in range(series.count):
        header = describe_slice(visit, series, shared, index)
        image = series.slice(index)
        write_object(folder / f"CT-{index + 1:04d}{SUFFIX}", with_pixels(header.copy(), image))
        if truth:
            headers[index] = header
            seen.look(index)
        if radiograph:
            volume[index] = image
        if progress is not None:
            progress((index + 1) / (series.count + 1))
    seg = segmentation_of(visit, series, headers, seen) if truth else None
    if seg is not None:
        write_object(folder / f"SEG{SUFFIX}", seg)
    if radiograph:
        write_object(folder / f"DX{SUFFIX}", radiograph_of(visit, series, volume))
    if progress is not None:
        progress(1.0)
    return Written(series.count, len(seg.SegmentSequence) if seg is not None else 0, radiograph)
