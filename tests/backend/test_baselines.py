"""Volume and collection beside an endpoint's models: what neither may be mistaken for."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ctprog_gui.core.statistics.roc import auc
from training.radscore.baselines import baselines, baselines_told, write_baselines
from training.radscore.predictions import EndpointPredictions

NAMES = {"volume": "volume", "radiomics": "R", "deep": "D", "deep_radscore": "both"}


def write_tables(
    run: Path,
    patients: Sequence[str],
    fold: NDArray[np.int64],
    label: NDArray[np.bool_],
    volume: NDArray[np.float64],
    strata: Sequence[str],
) -> None:
    """What a run says of its patients, and the volumes of their ROIs."""
    with (run / "patients.csv").open("w", newline="") as file:
        rows = zip(patients, fold, label.astype(int), np.ones(len(label), int), strata, strict=True)
        csv.writer(file).writerows([["patient_id", "fold", "label", "fitted", "stratum"], *rows])
    with (run / "radiomics.csv").open("w", newline="") as file:
        measured = zip(patients, volume, strict=True)
        csv.writer(file).writerows([["patient_id", "original_shape_VoxelVolume"], *measured])


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
    names = [("b" if s else "a") if strata else "" for s in source]
    fold = np.arange(n) % 5
    write_tables(run, patients, fold, label, volume, names)
    told = {"radiomics": only_source, "deep": rng.normal(size=n), "deep_radscore": knows}
    return EndpointPredictions(patients, fold, label, told)  # type: ignore[arg-type]  # str keys


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


def test_with_a_split_of_the_table_s_own_the_direction_is_that_of_the_training_patients(
    tmp_path: Path,
) -> None:
    """Among the test patients the smaller tumours are positive: the volume must be seen to fail there."""
    rng = np.random.default_rng(7)
    n = 200
    fold = np.where(np.arange(n) < 100, -1, 0)
    label = rng.random(n) < 0.5
    volume = np.exp(np.where(fold < 0, 1.0, -1.0) * label + 0.5 * rng.normal(size=n))
    patients = tuple(f"p{i}" for i in range(n))
    write_tables(tmp_path, patients, fold, label, volume, [""] * n)
    test = fold == 0
    models = {name: rng.random(100) for name in ("radiomics", "deep", "deep_radscore")}
    told = EndpointPredictions(patients[100:], fold[test], label[test], models)  # type: ignore[arg-type]  # str keys
    (row,) = baselines(tmp_path, told).rows
    assert row.areas["volume"].value == pytest.approx(auc(volume[test], label[test]))
    assert row.areas["volume"].upper < 0.3


def test_folds_that_turn_the_volume_round_are_pooled_by_rank(tmp_path: Path) -> None:
    """By hand: the positives of fold 0 are larger and those of the other folds smaller, so that its
    training patients say "smaller" and those of the others, which hold more of fold 0, "larger"."""
    fold = np.repeat([0, 1, 2], [8, 4, 4])
    label = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0], bool)
    volume = np.array([1, 2, 3, 4, 50, 60, 70, 80, 5, 6, 7, 8, 5, 6, 7, 8.0])
    patients = tuple("abcdefghijklmnop")
    write_tables(tmp_path, patients, fold, label, volume, [""] * 16)
    half = np.linspace(0, 1, 16)
    models = {name: half for name in ("radiomics", "deep", "deep_radscore")}
    told = EndpointPredictions(patients, fold, label, models)  # type: ignore[arg-type]  # str keys
    (row,) = baselines(tmp_path, told).rows
    turned = 1 - (np.arange(8) + 0.5) / 8
    straight = (np.arange(4) + 0.5) / 4
    assert row.areas["volume"].value == pytest.approx(auc(np.r_[turned, straight, straight], label))


def test_strata_without_a_pair_leave_their_cells_blank(tmp_path: Path) -> None:
    """All positives of one collection: no pair within one, and of the other collection a single patient."""
    label = np.arange(12) < 6
    strata = ["a"] * 6 + ["b"] * 6
    patients = tuple(f"p{i}" for i in range(12))
    fold = np.arange(12) % 2
    values = np.linspace(0, 1, 12)
    write_tables(tmp_path, patients, fold, label, values + 1, strata)
    models = {name: values for name in ("radiomics", "deep", "deep_radscore")}
    told = EndpointPredictions(patients, fold, label, models)  # type: ignore[arg-type]  # str keys
    found = baselines(tmp_path, told)
    assert [row.name for row in found.rows] == ["all", "pairs of one stratum"]
    assert set(found.rows[1].areas.values()) == {None}
    write_baselines(tmp_path / "table.csv", found)
    assert "pairs of one stratum,12,6,deep,,,\n" in (tmp_path / "table.csv").read_text()
    assert "| pairs of one stratum | 12, 6 |  |  |  |  |" in baselines_told(found, NAMES)
    write_tables(tmp_path, patients, fold, label, values + 1, ["a"] * 11 + ["b"])
    assert set(baselines(tmp_path, told).of_stratum.values()) == {None}


def test_a_collection_that_tells_nothing_is_not_turned_to_look_as_if(tmp_path: Path) -> None:
    alone = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        label, source = rng.random(80) < 0.5, rng.random(80) < 0.5
        patients, fold = tuple(f"p{i}" for i in range(80)), np.arange(80) % 4
        write_tables(tmp_path, patients, fold, label, rng.random(80), ["b" if s else "a" for s in source])
        told = dict.fromkeys(("radiomics", "deep", "deep_radscore"), rng.random(80))
        found = EndpointPredictions(patients, fold, label, told)  # type: ignore[arg-type]  # str keys
        alone.append(baselines(tmp_path, found).stratum_alone.value)
    # By the direction that the reported labels have, none could lie below a half, nor their mean at it.
    assert min(alone) < 0.45
    assert abs(np.mean(alone) - 0.5) < 2 * np.std(alone) / np.sqrt(len(alone))
