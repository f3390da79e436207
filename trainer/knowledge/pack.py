"""Case packs: cases of other authors in one zip file, read from memory by a reader that trusts nothing in it.

A pack, ``NAME.atollpack``, holds ``pack.yaml`` and ``cases/NAME/*.yaml`` and nothing else. The reader takes only names
of small letters, digits and hyphens, so that no name can be absolute, lead upwards, name a drive or a device, or be
the same as another on a disk that folds case or normalises Unicode. It refuses links, encrypted entries, methods other
than stored and deflated, entries that share bytes or hide some between them, and whatever goes beyond the limits below,
which are checked while the bytes come out, whatever the file says of itself. Nothing is unpacked to a disk before all
of it has been read.
"""

from __future__ import annotations

import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from trainer.core.error import BadFiles, BadInput
from trainer.core.place import cases_dir, packs_dir
from trainer.core.storage import read_bounded
from trainer.knowledge.document import MAX_BYTES, parse, read_document
from trainer.knowledge.number import Frozen
from trainer.knowledge.statement import Identifier

PACK_FILE = "pack.yaml"
MANIFEST = "installed.sha256"
MOST_BYTES = 5_000_000
MOST_FILE_BYTES = MAX_BYTES
MOST_ENTRIES = 400
MOST_ALL_BYTES = 10_000_000
MOST_RATIO = 100
_END = struct.Struct("<4s4H2IH")  # end of central directory
_LOCAL = struct.Struct("<4s5H3I2H")  # local header of an entry
_DESCRIPTOR_BYTES = 24  # the longest data descriptor that may follow an entry's bytes
_DIRECTORY_BYTES = MOST_ENTRIES * 400  # a name of 180 and what the systems of authors add to it
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_NAME = "[a-z0-9]+(?:-[a-z0-9]+)*"
_FILE = re.compile(rf"pack\.yaml|cases/({_NAME})/({_NAME})\.yaml")
_FOLDER = re.compile(rf"cases/(?:({_NAME})/)?")
DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
"""Names that Windows keeps for devices, whatever ending follows them."""

_Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\n]+$")]


class PackHeader(Frozen):
    """What ``pack.yaml`` says.

    Parameters
    ----------
    format : 1
    id : str
        Also the name of the folder that it is installed in.
    version : int
    title : str
    authors : tuple of str
    licence : str
        Such as "CC-BY-4.0".
    """

    format: Literal[1]
    id: Identifier
    version: Annotated[int, Field(ge=1, le=10_000)]
    title: _Line
    authors: Annotated[tuple[_Line, ...], Field(min_length=1, max_length=50)]
    licence: _Line


@dataclass(frozen=True)
class Installed:
    """A pack in the home.

    Parameters
    ----------
    header : PackHeader
    folder : Path
    names : tuple of str
        Of its cases.
    """

    header: PackHeader
    folder: Path
    names: tuple[str, ...]

    @property
    def cases(self) -> Path:
        """The folder of its cases."""
        return self.folder / "cases"


def read_pack(raw: bytes, name: str) -> Mapping[str, bytes]:
    """Return the files of a pack by their path in it.

    Parameters
    ----------
    raw : bytes
        The whole zip file.
    name : str
        What to call it in a complaint.

    Raises
    ------
    BadInput
        If it is no pack or breaks a rule of the reader.
    """
    try:
        files = dict(_entries(raw))
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError) as error:
        raise BadInput(f"{name}: not a case pack, or damaged ({error})") from error
    except _RefusedError as error:
        raise BadInput(f"{name}: refused: {error}") from error
    if PACK_FILE not in files:
        raise BadInput(f"{name}: not a case pack: there is no {PACK_FILE} in it; make one with `atoll pack make`")
    if len(files) == 1:
        raise BadInput(f"{name}: there is no case in it")
    return files


class _RefusedError(Exception):
    """Why a pack is refused."""


def _entries(raw: bytes) -> Iterator[tuple[str, bytes]]:
    directory = _directory_start(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        if len(infos) > MOST_ENTRIES:
            raise _RefusedError(f"more than {MOST_ENTRIES} entries")
        if len({info.orig_filename for info in infos}) < len(infos):
            raise _RefusedError("two entries have one name")
        left, at = MOST_ALL_BYTES, 0
        for number, info in enumerate(infos):
            _check_entry(info)
            after = infos[number + 1].header_offset if number + 1 < len(infos) else directory
            _check_place(raw, info, at, after)
            at = after
            with archive.open(info) as stream:
                content = stream.read(min(MOST_FILE_BYTES, left) + 1)
            left -= len(content)
            if len(content) > MOST_FILE_BYTES:
                raise _RefusedError(f"{info.orig_filename!r} is larger than {MOST_FILE_BYTES // 1000} kB")
            if left < 0:
                raise _RefusedError(f"more than {MOST_ALL_BYTES // 1_000_000} MB in all")
            if len(content) > MOST_RATIO * max(info.compress_size, 1):
                raise _RefusedError(f"{info.orig_filename!r} is packed more than {MOST_RATIO} to 1")
            if len(content) != info.file_size:
                raise zipfile.BadZipFile(f"{info.orig_filename!r} is not of the size that it says")
            if not info.is_dir():
                yield info.orig_filename, content
            elif content:
                raise _RefusedError(f"{info.orig_filename!r} is a folder and holds bytes")


def _directory_start(raw: bytes) -> int:
    """Return where the list of entries begins; the zip must begin and end where the file does."""
    if not raw.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile("it does not begin as a zip file with entries")
    mark, disk, first_disk, here, count, size, start, comment = _END.unpack_from(raw, max(len(raw) - _END.size, 0))
    if mark != b"PK\x05\x06" or comment:
        raise zipfile.BadZipFile("it does not end as a zip file without a comment")
    if disk or first_disk or here != count or start + size != len(raw) - _END.size:
        raise zipfile.BadZipFile("its list of entries is not where it should be")
    if count > MOST_ENTRIES or size > _DIRECTORY_BYTES:
        raise _RefusedError(f"more than {MOST_ENTRIES} entries")
    return int(start)


def _check_entry(info: zipfile.ZipInfo) -> None:
    """Refuse an entry by what the list says of it."""
    name = info.orig_filename
    match = _FILE.fullmatch(name) or _FOLDER.fullmatch(name)
    if match is None or info.filename != name:
        raise _RefusedError(
            f"{name[:100]!r} in it; a pack holds pack.yaml and cases/NAME/NAME.yaml, the names in small letters, "
            "digits and hyphens, and nothing else"
        )
    for part in match.groups():
        if part is not None and (len(part) > 80 or DEVICE.fullmatch(part)):
            raise _RefusedError(f"{part!r} is no name that every system can write")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG}:
        raise _RefusedError(f"{name!r} is a link or a device")
    if info.flag_bits & _ENCRYPTED:
        raise _RefusedError(f"{name!r} is encrypted")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _RefusedError(f"{name!r} is packed by a method that is not read here")


def _check_place(raw: bytes, info: zipfile.ZipInfo, at: int, after: int) -> None:
    """Refuse an entry that shares bytes with another or leaves some between them."""
    header = _LOCAL.unpack_from(raw, info.header_offset)
    end = info.header_offset + _LOCAL.size + header[-2] + header[-1] + info.compress_size
    slack = _DESCRIPTOR_BYTES if info.flag_bits & 0x8 else 0
    if info.header_offset != at or not end <= after <= end + slack:
        raise _RefusedError(f"{info.orig_filename!r} shares bytes with another entry, or some are hidden beside it")
    if header[2] & _ENCRYPTED:
        raise _RefusedError(f"{info.orig_filename!r} is encrypted")


def write_pack(files: Mapping[str, bytes]) -> bytes:
    """Return files as a pack; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, key=lambda name: (name != PACK_FILE, name)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    return made.getvalue()


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Return the digests of files, as `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def pack_folders() -> list[Path]:
    """Return the folders of the packs in the home, whether or not they can be used."""
    try:
        return sorted(path for path in packs_dir().iterdir() if re.fullmatch(_NAME, path.name))
    except OSError:
        return []


def read_installed(folder: Path) -> Installed:
    """Return the pack in a folder of the home.

    Raises
    ------
    BadInput
        If it is not as it was when it was installed, or this version of Atoll has a case of the same name.
    """
    name = folder.name
    again = f"the pack is left out; `atoll pack remove {name}`, and install it again"
    paths = [path for path in folder.glob("**/*.yaml") if _FILE.fullmatch(path.relative_to(folder).as_posix())]
    try:
        files = {path.relative_to(folder).as_posix(): read_bounded(path, MOST_FILE_BYTES) for path in paths}
        known = read_bounded(folder / MANIFEST, MOST_ENTRIES * 300)
        if known != manifest(files):
            raise BadInput(f"{folder}: not as it was installed; {again}")
        header = parse(PackHeader, read_document(folder / PACK_FILE))
    except BadFiles as error:
        raise BadInput(f"{error}; {again}") from error
    names = names_in(files)
    if header.id != name:
        raise BadInput(f"{folder}: holds the pack {header.id!r}; {again}")
    taken = [case for case in names if (cases_dir() / case).exists()]
    if taken:
        raise BadInput(f"{folder}: Atoll has a case {taken[0]!r} of its own; {again}, if there is a newer one")
    return Installed(header, folder, names)


def names_in(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the names of the cases among the files of a pack."""
    return tuple(sorted({file.split("/")[1] for file in files if "/" in file}))


def installed() -> tuple[list[Installed], list[str]]:
    """Return the packs that can be used, and a line about each that cannot."""
    found: list[Installed] = []
    lines = []
    for folder in pack_folders():
        try:
            pack = read_installed(folder)
        except BadInput as error:
            lines.append(str(error))
            continue
        taken = [name for name in pack.names if any(name in other.names for other in found)]
        if taken:
            lines.append(
                f"{folder}: another pack has a case {taken[0]!r}, too; the pack is left out; remove one of them"
            )
        else:
            found.append(pack)
    return found, lines
