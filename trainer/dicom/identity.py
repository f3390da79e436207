"""Who, when and which: names, dates and unique identifiers of simulated objects, the same in every run.

An identifier is made from what the object shows, so that the same visit written twice is the same object and two
different ones never share an identifier: another plan, protocol or version of Atoll gives another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import UID

from trainer import __version__
from trainer.chest.series import Series
from trainer.core.time import DAYS_PER_YEAR
from trainer.course.person import Person

SIMULATED: Final = "SIMULATED - NOT FOR CLINICAL USE"
_NO_SCANNER: Final = "Simulated (no scanner)"
_SOME_SCANNER: Final = "Simulated (over a de-identified scan)"
MODEL: Final = "Atoll"
SERIAL_NUMBER: Final = "SIMULATED"
VERSION: Final = __version__

_DAY_ZERO: Final = date(2001, 1, 1)  # a fictional calendar; no clock is read
_TIME: Final = "080000"
_SYNTHESIZED: Final = "Synthesized from a simulated patient; no person and no scanner was involved"
_SCANNED: Final = "Planted simulated opacities into a de-identified CT scan; patient, dates and disease are fictional"


@dataclass(frozen=True)
class Visit:
    """A patient on a day, as the objects of that visit name it.

    Parameters
    ----------
    person : Person
    day : int
        From presentation; negative in the history.
    digest : str
        Hexadecimal digest of what the chest shows and how the patient lies.
    imported : bool
        Whether the chest is an imported one: not all of its pixels are synthetic.
    """

    person: Person
    day: int
    digest: str
    imported: bool = False

    @property
    def date(self) -> str:
        """The fictional date, as DICOM writes dates."""
        return (_DAY_ZERO + timedelta(days=self.day)).strftime("%Y%m%d")

    @property
    def manufacturer(self) -> str:
        """Whose equipment it was, as far as there was any."""
        return _SOME_SCANNER if self.imported else _NO_SCANNER

    def uid(self, *role: object) -> UID:
        """Return the identifier of an object with a role in this visit."""
        return unique(self.digest, *role)


def visit_of(person: Person, day: int, series: Series) -> Visit:
    """Return the visit that a series shows, whatever its protocol."""
    state = series.state
    shown = repr((state.tick, state.effusion_right_ml, state.effusion_left_ml, state.mosaic, state.node_mm))
    parts = [VERSION, _name_of(person), str(day), str(series.visit_key), shown, state.opacities.tobytes().hex()]
    if person.chest is not None:
        parts.append(person.chest.digest)
    imported = series.anatomy.acquisition is not None
    return Visit(person, day, hashlib.sha256("\x1f".join(parts).encode()).hexdigest(), imported)


def _name_of(person: Person) -> str:
    """Return what tells persons apart; identifiers rest on this very text, so it never changes."""
    names = ("key", "sex", "age_years", "height_cm", "weight_kg")
    return f"Person({', '.join(f'{name}={getattr(person, name)!r}' for name in names)})"


def unique(*parts: object) -> UID:
    """Return the identifier 2.25.UUID of what ``parts`` name (PS3.5 B.2), a version 8 UUID of their SHA-256."""
    text = "\x1f".join(f"{type(p).__name__}:{p}" for p in parts)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    number = number & ~(0xF << 76) | 8 << 76  # version and variant as RFC 9562 places them
    number = number & ~(0x3 << 62) | 0x2 << 62
    return UID(f"2.25.{number}")


def coded(code: Code) -> Dataset:
    """Return a code as an item of a code sequence."""
    item = Dataset()
    item.CodeValue = code.value
    item.CodingSchemeDesignator = code.scheme_designator
    item.CodeMeaning = code.meaning
    return item


def describe_visit(visit: Visit) -> Dataset:
    """Return the attributes that all objects of a visit share: patient, study, equipment, and that it is simulated."""
    person = visit.person
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SyntheticData = "YES"
    ds.PatientName = f"SIMULATED^{person.key:016X}"
    ds.PatientID = f"SIM-{person.key:016X}"
    ds.PatientBirthDate = ""
    ds.PatientSex = person.sex
    ds.PatientAge = f"{int(person.age_years + visit.day / DAYS_PER_YEAR):03d}Y"
    ds.PatientSize = f"{person.height_cm / 100.0:.2f}"
    ds.PatientWeight = f"{person.weight_kg:.1f}"
    ds.PatientComments = SIMULATED
    ds.StudyInstanceUID = visit.uid("study")
    ds.StudyDate = visit.date
    ds.StudyTime = _TIME
    ds.ReferringPhysicianName = ""
    ds.StudyID = f"DAY {visit.day}"
    ds.AccessionNumber = f"SIM{visit.digest[:12].upper()}"
    ds.StudyDescription = "Chest (SIMULATED)"
    ds.FrameOfReferenceUID = visit.uid("frame of reference")
    ds.PositionReferenceIndicator = ""
    ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = visit.date
    ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = _TIME
    ds.Manufacturer = visit.manufacturer
    ds.ManufacturerModelName = MODEL
    ds.DeviceSerialNumber = SERIAL_NUMBER
    ds.SoftwareVersions = VERSION
    ds.ContributingEquipmentSequence = [_synthesizer(visit.imported)]
    ds.BodyPartExamined = "CHEST"
    ds.ImageComments = SIMULATED
    ds.BurnedInAnnotation = "NO"
    ds.LossyImageCompression = "00"
    return ds


def derivation_of(visit: Visit) -> str:
    """Return in a sentence what the pixels of a visit's CT come from."""
    if visit.imported:
        return "Simulated opacities, breath-hold and noise were planted into a de-identified CT scan"
    return "Synthesized from a simulated patient"


def _synthesizer(imported: bool) -> Dataset:
    """Return the equipment that made the object (CID 7005)."""
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = [coded(codes.DCM.SynthesizingEquipment)]
    item.Manufacturer = "Atoll"
    item.ManufacturerModelName = MODEL
    item.SoftwareVersions = VERSION
    item.ContributionDescription = _SCANNED if imported else _SYNTHESIZED
    return item
