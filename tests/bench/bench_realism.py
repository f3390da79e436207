"""Five healthy chests beside a real one; prints the figures of all and asserts nothing about them."""

import pytest

from tests.dicom.test_realism import compared, needs_reference

SEEDS = range(1, 6)


@pytest.mark.bench
@needs_reference
def test_figures_of_five_healthy_chests(tmp_path, capsys):
    found = [compared(seed, tmp_path) for seed in SEEDS]
    columns = [found[0]["reference"], *(one["series"] for one in found)]
    with capsys.disabled():
        print("\n" + f"{'':28s}{'real':>28s}" + "".join(f"{f'seed {seed}':>28s}" for seed in SEEDS))
        for name in columns[0]:
            if name != "histogram_50hu_percent":
                print(f"{name:28s}" + "".join(f"{_text(column[name]):>28s}" for column in columns))
        for low in columns[0]["histogram_50hu_percent"]:
            row = (column["histogram_50hu_percent"][low] for column in columns)
            print(f"{f'lung from {low} HU, %':28s}" + "".join(f"{value:28.2f}" for value in row))
        distances = (f"{one['lung_histogram_distance_hu']:28.1f}" for one in found)
        print(f"{'lung histogram distance, HU':28s}{'':28s}" + "".join(distances))


def _text(value):
    if isinstance(value, dict):
        return " ".join(f"{v:.3f}" for v in value.values())
    return " ".join(f"{v:g}" for v in value) if isinstance(value, list) else str(value)
