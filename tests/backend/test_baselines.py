"""Volume and collection beside an endpoint's models: what neither may be mistaken for."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.statistics.roc import auc
from training.radscore.baselines import baselines, baselines_told, write_baselines
from training.radscore.predictions import EndpointPredictions

NAMES = {"volume": "volume", "radiomics": "R", "deep": "D", "deep_radscore": "both"}


def write_run(run: Path, *, strata: bool, sign: float = 1.0) -> EndpointPredictions:
    """Two collections, the endpoint commoner in one; a score that tells only which, and one that tells it."""
    rng = np.random.default_rng(4)
    n = 400
    source = rng.random(n) < 0.5
    label = rng.random(n) < np.where(source, 0.7, 0.2)
    patients = tuple(f"p{i}" for i in range(n))
    only_source = source + 0.01 * rng.normal(size=n)
    knows = label + rng.normal(size=n)
    volume = np.exp(sign * label + rng.normal(size=n))
    with (run / "patients.csv").open("w", newline="") as file:
        names = [("b" if s else "a") if strata else "" for s in source]
        csv.writer(file).writerows([["patient_id", "stratum"], *zip(patients, names, strict=True)])
    with (run / "radiomics.csv").open("w", newline="") as file:
        rows = zip(patients, volume, strict=True)
        csv.writer(file).writerows([["patient_id", "original_shape_VoxelVolume"], *rows])
    told = {"radiomics": only_source, "deep": rng.normal(size=n), "deep_radscore": knows}
    return EndpointPredictions(patients, np.arange(n) % 5, label, told)  # type: ignore[arg-type]  # str keys


def test_a_score_that_tells_the_collection_is_worth_nothing_within_one(tmp_path: Path) -> None:
    found = baselines(tmp_path, write_run(tmp_path, strata=True))
    rows = {row.name: row for row in found.rows}
    assert set(rows) == {"all", "pairs of one stratum", "a", "b"}
    assert rows["all"].areas["radiomics"].value > 0.7
    within = rows["pairs of one stratum"].areas["radiomics"]
    assert within.lower < 0.5 < within.upper
    assert found.of_stratum["radiomics"].value == pytest.approx(1)
    assert found.stratum_alone is not None
    assert found.stratum_alone.value == pytest.approx(rows["all"].areas["radiomics"].value, abs=0.03)
    knowing = rows["pairs of one stratum"].areas["deep_radscore"]
    a, b = rows["a"], rows["b"]
    weights = [row.positives * (row.patients - row.positives) for row in (a, b)]
    by_hand = np.average([row.areas["deep_radscore"].value for row in (a, b)], weights=weights)
    assert knowing.value == pytest.approx(by_hand)
    assert knowing.lower > 0.65
    write_baselines(tmp_path / "table.csv", found)
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 1 + 4 * 4
    assert "of the stratum itself" in "\n".join(baselines_told(found, NAMES))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_volume_speaks_in_the_direction_that_the_other_folds_tell(tmp_path: Path, sign: float) -> None:
    told = write_run(tmp_path, strata=False, sign=sign)
    found = baselines(tmp_path, told)
    (row,) = found.rows
    assert row.areas["volume"].lower > 0.65
    assert row.areas["deep_radscore"].value == pytest.approx(
        auc(told.probability["deep_radscore"], told.label)
    )
    assert found.stratum_alone is None
    assert not found.of_stratum
    assert found.above_volume is not None
    difference = row.areas["deep_radscore"].value - row.areas["volume"].value
    assert found.above_volume.value == pytest.approx(difference)
