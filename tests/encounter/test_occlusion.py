"""Pictures with covered names: which slice, which region, and what a name is worth."""

import numpy as np
import pytest

from trainer.chest.opacity.sign import Sign
from trainer.core.chance import key_of
from trainer.course.opacity import OPACITY, Form, Lobe
from trainer.encounter.occlusion import DEFINITIONS, LOBES, find_lobe, find_sign, mark, puzzle_of, regions_of

SIDE = 60


def opacity(label, lobe=Lobe.LEFT_LOWER, **parts):
    one = np.zeros(1, OPACITY)
    one["label"], one["lobe"], one["volume_ml"], one["fill"] = label, lobe, 30.0, 0.9
    for name, value in parts.items():
        one[name] = value
    return one


def box(size, place=0):
    """Return a square; each place lies apart from the others."""
    mask = np.zeros((SIDE, 4 * SIDE), bool)
    mask[:size, place * SIDE : place * SIDE + size] = True
    return mask


class Slices:
    """A series whose truth is written down."""

    count, spacing_mm = 100, (1.0, 1.0, 1.0)

    def __init__(self, masks):
        self.masks = masks

    def sign_truth(self, index):
        return self.masks(index)


def test_the_slice_with_most_to_name_is_taken():
    together = np.concatenate([opacity(1), opacity(2, fill=0.4)])

    def masks(index):
        found = {(1, Sign.CONSOLIDATION): box(30)}
        if 40 <= index < 60:
            found[2, Sign.GROUND_GLASS_OPACITY] = box(20, 1)
        return found

    puzzle = puzzle_of(Slices(masks), together, 5)
    assert 40 <= puzzle.index < 60 and len(puzzle.regions) == 2
    assert puzzle.shown is not None and puzzle.shown != puzzle.asked


def test_all_names_but_one_are_covered():
    three = np.concatenate([opacity(n, fill=fill) for n, fill in ((1, 0.9), (2, 0.4), (3, 0.9))])
    marks = {
        (1, Sign.CONSOLIDATION): box(30),
        (2, Sign.GROUND_GLASS_OPACITY): box(25, 1),
        (3, Sign.CONSOLIDATION): box(20, 2),
    }
    for seed in range(20):
        puzzle = puzzle_of(Slices(lambda _: marks), three, seed)
        said = puzzle.covered()
        assert said[puzzle.asked] == "What is this?" and set(said) == {1, 2, 3}
        named = [label for label, text in said.items() if text not in ("covered", "What is this?")]
        assert named == [puzzle.shown]
        assert puzzle.region.name.value not in said.values()  # what is shown does not give the answer away


def test_what_is_asked_depends_on_the_seed_alone():
    two = np.concatenate([opacity(1), opacity(2, fill=0.4)])
    marks = {(1, Sign.CONSOLIDATION): box(30), (2, Sign.GROUND_GLASS_OPACITY): box(25, 1)}
    asked = [puzzle_of(Slices(lambda _: marks), two, seed).asked for seed in range(40)]
    again = [puzzle_of(Slices(lambda _: marks), two, seed).asked for seed in range(40)]
    assert asked == again and set(asked) == {1, 2}


def test_nothing_large_enough_is_no_question():
    assert puzzle_of(Slices(lambda _: {(1, Sign.CONSOLIDATION): box(10)}), opacity(1), 5) is None
    assert puzzle_of(Slices(lambda _: {}), np.zeros(0, OPACITY), 5) is None


def test_a_ring_that_is_not_cut_through_its_centre_is_not_asked_for():
    ring = opacity(1, ring=1.0)
    rim_alone = {(1, Sign.REVERSED_HALO): box(30)}
    assert puzzle_of(Slices(lambda _: rim_alone), ring, 5) is None
    cut = {**rim_alone, (1, Sign.GROUND_GLASS_OPACITY): box(25)}
    puzzle = puzzle_of(Slices(lambda _: cut), ring, 5)
    assert puzzle.region.name is Sign.REVERSED_HALO


def test_a_ring_cut_at_its_pole_is_not_asked_for():
    """A slice near the pole shows a dense ball in a haze, which is a halo to anybody who looks."""
    ring = opacity(1, ring=1.0)
    away = np.hypot(*(np.indices((SIDE, 4 * SIDE)) - 25))
    ball = {(1, Sign.REVERSED_HALO): away < 9, (1, Sign.GROUND_GLASS_OPACITY): (away >= 9) & (away < 20)}
    atoll = {(1, Sign.REVERSED_HALO): (away >= 14) & (away < 20), (1, Sign.GROUND_GLASS_OPACITY): away < 14}
    assert puzzle_of(Slices(lambda _: ball), ring, 5) is None
    assert puzzle_of(Slices(lambda _: atoll), ring, 5).region.name is Sign.REVERSED_HALO
    both = puzzle_of(Slices(lambda index: atoll if 40 <= index < 60 else ball), ring, 5)
    assert 40 <= both.index < 60


def test_what_lies_over_another_is_not_asked_for():
    two = np.concatenate([opacity(1), opacity(2, fill=0.4)])
    over = {(1, Sign.CONSOLIDATION): box(30), (2, Sign.GROUND_GLASS_OPACITY): box(28)}
    assert puzzle_of(Slices(lambda _: over), two, 5) is None
    small = {(1, Sign.CONSOLIDATION): box(40), (2, Sign.GROUND_GLASS_OPACITY): box(15)}
    assert {puzzle_of(Slices(lambda _: small), two, seed).asked for seed in range(20)} == {1}


def test_a_name_and_a_lobe_are_marked_apart():
    (region,) = regions_of({(1, Sign.CONSOLIDATION): box(30)}, {1: opacity(1)[0]}, 1.0)
    assert region.name is Sign.CONSOLIDATION and region.lobe == "left-lower"
    puzzle = puzzle_of(Slices(lambda _: {(1, Sign.CONSOLIDATION): box(30)}), opacity(1), 5)
    assert mark(puzzle, Sign.CONSOLIDATION, "left-lower").score == pytest.approx(1.0)
    assert mark(puzzle, Sign.CONSOLIDATION, "left-upper").score == pytest.approx(2 / 3)
    assert mark(puzzle, None, "left-lower").score == pytest.approx(1 / 3)
    assert mark(puzzle, Sign.CAVITY, None).score == 0.0


def test_what_is_there_and_does_not_lead_is_worth_a_part():
    marks = {(1, Sign.HALO): box(30), (1, Sign.NODULE): box(20)}
    puzzle = puzzle_of(Slices(lambda _: marks), opacity(1, form=Form.NODULE, halo=0.9, volume_ml=20.0), 5)
    assert puzzle.region.name is Sign.HALO  # the telling sign leads
    part = mark(puzzle, Sign.NODULE, "left-lower")
    assert 0.6 < part.score < 1.0 and "there too" in part.reasons[0]


def test_nodule_and_mass_are_one_name():
    marks = {(1, Sign.MASS): box(30)}
    puzzle = puzzle_of(Slices(lambda _: marks), opacity(1, form=Form.NODULE, volume_ml=40.0), 5)
    assert mark(puzzle, Sign.NODULE, "left-lower").score == mark(puzzle, Sign.MASS, "left-lower").score == 1.0


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("GGO", "GROUND_GLASS_OPACITY"), ("ground gl", "GROUND_GLASS_OPACITY"), ("consoldation", "CONSOLIDATION"),
        ("atoll", "REVERSED_HALO"), ("reversed", "REVERSED_HALO"),
        ("crazy", "CRAZY_PAVING"), ("tree in", "TREE_IN_BUD"),
    ],
)  # fmt: skip
def test_signs_are_found_by_any_word(typed, name):
    assert find_sign(typed)[0][0] == name


def test_lobes_are_found_by_their_letters():
    for letters, lobe in (
        ("RUL", "right-upper"),
        ("RML", "right-middle"),
        ("LLL", "left-lower"),
        ("lingula", "left-upper"),
    ):
        assert find_lobe(letters)[0][0] == lobe
    assert find_lobe("") == [] and find_sign("qqqq") == []


def test_every_sign_has_a_definition_and_every_lobe_a_word():
    assert set(DEFINITIONS) == set(Sign)
    assert len(LOBES) == len(Lobe)


def test_the_lobe_of_an_opacity_is_where_it_is_drawn(engine):
    """The lobe of the answer comes from the address; most of the mask must lie in that lobe of the anatomy."""
    from trainer.chest.anatomy.build import anatomy_of
    from trainer.chest.protocol import Protocol
    from trainer.chest.series import Series
    from trainer.encounter.question import question_of
    from trainer.knowledge.casebook import read_case

    question = question_of(engine, read_case("wandering-shadows", engine.library), 0, 7001)
    anatomy = anatomy_of(question.person, None, None, 4)
    day, chest = question.scans[-1]
    series = Series(anatomy, chest, Protocol(matrix=128), key_of("visit", question.person.key, day))
    puzzle = puzzle_of(series, chest.opacities, 1)
    rows = {region.label: list(LOBES).index(region.lobe) + 1 for region in puzzle.regions}
    for label, mask in series.truth(puzzle.index).items():
        if label not in rows:
            continue
        at = np.argwhere(mask)
        z = np.full(len(at), series.position_mm(puzzle.index))
        points = np.stack([z, *(series.origin_mm[n + 1] + at[:, n] * series.pixel_mm for n in (0, 1))], axis=1)
        grid = anatomy.grid
        places = np.rint((series.deformation.to_reference(points) - grid.origin_mm) / grid.spacing_mm).astype(int)
        inside = anatomy.lobe[tuple(places.T)]
        inside = inside[inside > 0]
        assert (inside == rows[label]).mean() > 0.7
