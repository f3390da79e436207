"""Packs as an author makes them, and as an attacker does."""

import io
import stat
import struct
import warnings
import zipfile

from trainer.core.place import cases_dir
from trainer.knowledge.pack import PACK_FILE

CASE = "the-dressmaker"
HEADER = b"""\
format: 1
id: ward-seven
version: 1
title: Cases of ward seven
authors: [A. Author]
licence: CC-BY-4.0
"""


def files(case=CASE, header=HEADER):
    """Return the files of a good pack: one of Atoll's own cases under another name."""
    own = cases_dir() / "the-tailor"
    found = {f"cases/{case}/{path.name}": path.read_bytes() for path in own.glob("*.yaml")}
    found[f"cases/{case}/case.yaml"] = found[f"cases/{case}/case.yaml"].replace(
        b"id: the-tailor", f"id: {case}".encode()
    )
    return {PACK_FILE: header, **found}


def zipped(entries, *, method=zipfile.ZIP_DEFLATED, mode=stat.S_IFREG | 0o644):
    """Return entries, a mapping or pairs of name and bytes, as a zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, method
            archive.writestr(info, content)
    return made.getvalue()


def patched(raw, name, field, value):
    """Return a zip in whose list of entries a 2 or 4 byte field of one entry was changed.

    ``field`` is "flags", "method", "crc", "packed", "size", "mode" or "offset".
    """
    at, form = {"flags": (8, "<H"), "method": (10, "<H"), "crc": (16, "<I"), "packed": (20, "<I"), "size": (24, "<I"),
                "mode": (38, "<I"), "offset": (42, "<I")}[field]  # fmt: skip
    start = raw.rindex(name.encode()) - 46
    assert raw[start : start + 4] == b"PK\x01\x02"
    return raw[: start + at] + struct.pack(form, value) + raw[start + at + struct.calcsize(form) :]
