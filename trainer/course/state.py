"""The latent state of patients: one record a patient, and beside it the records of its opacities.

Everything that a learner sees on a day (voxels, laboratory, vital signs, lung function) is read from these records
and from nothing else. Fields are 32-bit, so that storing them rounds them: a difference in the last bits of a
machine's exponential function cannot grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from trainer.course.opacity import MAX_OPACITIES, OPACITY

# What a compiled process takes: numba reads the fields of a record as attributes, which no type checker can follow.
Record: TypeAlias = Any
Records: TypeAlias = Any
Array: TypeAlias = np.ndarray

_F = np.float32
_I = np.int32

PATIENT = np.dtype(
    [
        # who
        ("key", np.uint64),
        ("disease", _I),  # row of the parameters
        ("female", _I),
        ("age_years", _F),
        ("height_cm", _F),
        ("weight_kg", _F),
        ("onset_tick", _I),
        # how this patient's illness and body differ from others', in standard deviations
        ("severity_z", _F),
        ("frailty_z", _F),
        ("maturity_z", _F),  # older, more organised tissue clears slower and rebounds less
        ("steroid_z", _F),
        ("febrile_z", _F),
        ("protein_z", _F),  # how much C-reactive protein a given inflammation makes
        ("scar_z", _F),
        ("sugar_z", _F),
        ("lung_z", _F),
        ("ring_u", _F),  # uniform: readiness to form reversed halos
        ("perilobular_u", _F),
        ("effusion_u", _F),
        ("organism", _I),  # 0 typical, 1 atypical, 2 resistant bacterium
        # inflammation
        ("first_turn_tick", _I),
        ("turn_tick", _I),  # when the illness turns by itself; NEVER in an illness that does not
        ("smoulder", _F),  # what keeps the disease going; 1 in a typical patient at onset
        ("drive", _F),  # active inflammation that makes opacities, fever and protein
        ("memory", _F),  # readiness to flare, laid down by active disease, fading over months
        ("flares", _I),
        ("exposure", _F),  # culprit drug or antigen still in the body: 1 full, 0 gone
        # drugs
        ("gut_mg", _F),
        ("central_mg", _F),
        ("effect_mg", _F),  # effect site of the glucocorticoid, in mean central milligrams
        ("taken_mg", _F),
        ("eliminated_mg", _F),
        ("steroid_effect", _F),  # 0 none to 1 full
        ("recent_mg", _F),  # mean daily dose of about the last four weeks
        ("sparing_effect", _F),
        ("macrolide_effect", _F),
        ("treated_tick", _I),  # first glucocorticoid or immune macrolide; NEVER before
        # microbes, growth, fibrosis
        ("load", _F),  # of the disease's own organism: 0 none to 1 the most that the lung bears
        ("growth", _F),  # tumour: size relative to presentation's typical
        ("doubling_days", _F),
        ("fibrosis", _F),  # 0 none to 1 end stage
        ("fibrosis_per_year", _F),
        # opacities in the gross
        ("next_label", _I),
        ("burden_ml", _F),  # filled airspace
        ("film_ml", _F),  # what of it a radiograph can show
        ("trace_ml", _F),  # what of it only a thin-section CT shows: faint fill and scar
        ("effusion_right_ml", _F),
        ("effusion_left_ml", _F),
        ("mosaic", _F),
        ("node_mm", _F),
        # body
        ("temperature_c", _F),
        ("heart_rate_per_min", _F),
        ("respiratory_rate_per_min", _F),
        ("spo2_percent", _F),
        ("crp_mg_l", _F),
        ("esr_mm_h", _F),
        ("white_cells_g_l", _F),
        ("eosinophils_g_l", _F),
        ("procalcitonin_ng_ml", _F),
        ("fvc_percent", _F),
        ("dlco_percent", _F),
        ("symptom", _F),  # 0 none to 1 severe: what the patient would call being ill
        # what steroids cost
        ("glucose_mmol_l", _F),
        ("hba1c_percent", _F),
        ("systolic_mmhg", _F),
        ("weight_gain_kg", _F),
        ("sleep", _F),  # 1 sound to 0 none
        ("mood", _F),  # 1 even to 0 psychosis
        ("bone_t_score", _F),
        ("adrenal", _F),  # 1 sound axis to 0 suppressed
        ("cortisol_nmol_l", _F),
        # events, by tick; NEVER where they have not happened
        ("hyperglycaemia_tick", _I),
        ("diabetes_tick", _I),
        ("infection_tick", _I),
        ("pjp_tick", _I),
        ("adrenal_tick", _I),
        ("mood_tick", _I),
        ("fracture_tick", _I),
        ("embolus_tick", _I),
        ("death_tick", _I),
    ]
)

NEVER = np.int32(2**30)


@dataclass(frozen=True)
class State:
    """A batch of patients at one tick. The arrays are the batch's own and are advanced in place by the engine.

    Parameters
    ----------
    patients : numpy.ndarray
        Records of `PATIENT`, shape (n,).
    opacities : numpy.ndarray
        Records of `OPACITY`, shape (n, `MAX_OPACITIES`).
    """

    patients: np.ndarray
    opacities: np.ndarray

    def __len__(self) -> int:
        return len(self.patients)

    def copy(self) -> State:
        """Return a state that shares nothing with this one."""
        return State(self.patients.copy(), self.opacities.copy())

    def select(self, rows: np.ndarray) -> State:
        """Return a copy of some rows (indices or a mask)."""
        return State(self.patients[rows].copy(), self.opacities[rows].copy())

    def tobytes(self) -> bytes:
        """Return all of the state as bytes, for comparison and digests."""
        return self.patients.tobytes() + self.opacities.tobytes()


def empty_state(n: int) -> State:
    """Return ``n`` blank records with every event never."""
    patients = np.zeros(n, PATIENT)
    for name in PATIENT.names or ():
        if name.endswith("_tick"):
            patients[name] = NEVER
    return State(patients, np.zeros((n, MAX_OPACITIES), OPACITY))
