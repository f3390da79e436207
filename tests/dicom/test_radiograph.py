"""The film is the projection of the written volume, in the right place, size and sense."""

import numpy as np
import pytest

from trainer.chest.radiograph import radiograph

from .conftest import slices_of


@pytest.fixture(scope="module")
def film(objects):
    return objects["DX.dcm"]


def test_pixels_are_the_projection(film, series):
    assert np.array_equal(film.pixel_array, radiograph(series.volume(), series.spacing_mm).grey)
    assert film.pixel_array.std() > 20


def test_size_is_that_of_its_pixels_and_within_the_volume(film, series):
    down, across = (float(v) for v in film.ImagerPixelSpacing)
    assert down == across == pytest.approx(radiograph(series.volume(), series.spacing_mm).pixel_mm, abs=1e-6)
    assert (film.Rows - 1) * down <= (series.count - 1) * series.spacing_mm[0] + 1e-6
    assert (film.Columns - 1) * across <= (series.shape[2] - 1) * series.pixel_mm + 1e-6


def test_it_is_a_frontal_film_for_presentation(film):
    assert film.SOPClassUID.name == "Digital X-Ray Image Storage - For Presentation"
    assert (film.Modality, film.PresentationIntentType, film.ViewPosition) == ("DX", "FOR PRESENTATION", "PA")
    assert list(film.PatientOrientation) == ["L", "F"]
    assert (film.PhotometricInterpretation, film.PresentationLUTShape) == ("MONOCHROME2", "IDENTITY")


def test_it_belongs_to_the_study_of_its_ct(film, objects):
    ct = slices_of(objects)[0]
    for keyword in ("StudyInstanceUID", "AccessionNumber", "PatientID", "StudyDate"):
        assert film[keyword].value == ct[keyword].value
    assert film.SeriesInstanceUID != ct.SeriesInstanceUID
