"""Selection of radiomics features and choice of a classifier."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.statistics.roc import auc
from training.configuration.radscore import DeepRadscoreConfig
from training.radscore.classifiers import NAMES, choose_classifier, make_classifier
from training.radscore.contributions import fused_contributions
from training.radscore.fold import EndpointData, fit_fold
from training.radscore.selection import RadScore, SelectionOptions, fit_rad_score
from training.radscore.table import RegionFeatures, read_radiomics


def cohort(n: int = 240, seed: int = 3) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Of 60 features two drive the label; one is a driver's twin, one constant, one nearly so, one broken."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 60))
    label = rng.random(n) < 1 / (1 + np.exp(-(1.8 * x[:, 0] - 1.4 * x[:, 1])))
    x[:, 2] = 50 + 7 * (x[:, 0] + 0.05 * rng.normal(size=n))
    x[:, 3] = 4.2
    x[:, 4] = 0
    x[:3, 4] = 1
    x[7, 5] = np.nan
    return x, [f"f{i}" for i in range(60)], label


def test_the_drivers_are_found_and_likenesses_dropped() -> None:
    x, names, label = cohort()
    found = fit_rad_score(x, names, label, SelectionOptions(rule="1se"))
    assert {"f1"} <= set(found.names)
    assert len({"f0", "f2"} & set(found.names)) == 1
    assert not {"f3", "f4", "f5"} & set(found.names)
    assert found.passed[0] == 59
    assert found.passed[1] == 57
    assert found.passed[2] == 56
    assert found.passed[3] == len(found.names)
    fresh, _, truth = cohort(seed=4)
    assert auc(found.score(np.nan_to_num(fresh), names), truth) > 0.85
    weight = dict(zip(found.names, found.coefficient, strict=True))
    assert weight["f1"] < 0
    assert weight.get("f0", weight.get("f2", 0)) > 0


def test_the_larger_penalty_keeps_fewer_features() -> None:
    x, names, label = cohort()
    least, one_se = (fit_rad_score(x, names, label, SelectionOptions(rule=r)) for r in ("min", "1se"))
    assert one_se.penalty > least.penalty
    assert len(one_se.names) < len(least.names)


def test_a_label_that_nothing_tells_gives_next_to_no_score() -> None:
    x, names, _ = cohort()
    label = np.random.default_rng(8).random(len(x)) < 0.5
    found = fit_rad_score(x, names, label, SelectionOptions(rule="1se"))
    assert found.names == ()
    assert not found.score(x, names).any()


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 59), st.floats(0.01, 1e4), st.floats(-1e4, 1e4))
def test_units_of_a_feature_do_not_matter(column: int, factor: float, shift: float) -> None:
    x, names, label = cohort(120)
    x[:, 5] = np.nan_to_num(x[:, 5])
    other = x.copy()
    other[:, column] = factor * other[:, column] + shift
    one, two = (fit_rad_score(values, names, label) for values in (x, other))
    assert one.names == two.names
    assert two.score(other, names) == pytest.approx(one.score(x, names), abs=1e-6)


def test_a_score_travels_as_json_and_sums_its_contributions() -> None:
    x, names, label = cohort()
    x[:, 5] = 0
    found = fit_rad_score(x, names, label)
    again = RadScore.from_json(json.loads(json.dumps(found.to_json())))
    assert np.array_equal(again.score(x, names), found.score(x, names))
    assert again.contributions(x, names).sum(axis=1) == pytest.approx(found.score(x, names))
    with pytest.raises(ValueError, match="needs the feature"):
        found.score(x[:, :1], names[:1])
    x[0, names.index(found.names[0])] = np.nan
    with pytest.raises(ValueError, match="not a number"):
        found.score(x, names)


def test_too_few_of_a_kind_are_refused() -> None:
    x, names, label = cohort()
    label[:] = False
    label[:3] = True
    with pytest.raises(ValueError, match="3 patients of one kind"):
        fit_rad_score(x, names, label)
    with pytest.raises(ValueError, match="3 patients of one kind"):
        choose_classifier(x[:, :2], label)


@pytest.mark.parametrize("name", NAMES)
def test_every_classifier_ranks_what_can_be_ranked(name: str) -> None:
    x, _, label = cohort()
    fitted = make_classifier(name).fit(x[:, :2], label)
    fresh, _, truth = cohort(seed=4)
    told = fitted.predict_proba(fresh[:, :2])
    assert told.sum(axis=1) == pytest.approx(1)
    best = auc(1.8 * fresh[:, 0] - 1.4 * fresh[:, 1], truth)
    assert best - 0.1 < auc(told[:, 1], truth) < best + 0.02


def test_the_classifier_is_chosen_by_what_the_label_needs() -> None:
    """A label of the square of an input: no line tells it, a normal law of each kind does."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 2))
    label = np.abs(x[:, 0]) > 0.8
    found = choose_classifier(x, label, names=("lr", "nb", "lda"), repeats=2)
    assert found.name == "nb"
    assert found.auc["nb"] > 0.95
    assert max(found.auc["lr"], found.auc["lda"]) < 0.65


def endpoint_data(driver: str, n: int = 480, seed: int = 1) -> EndpointData:
    """Patients whose label is driven by the tumour's features, the ring's, or the encoder's."""
    rng = np.random.default_rng(seed)
    sources = {name: rng.normal(size=(n, 30)) for name in ("tumour", "ring", "deep")}
    drive = 2.2 * (sources[driver][:, 3] - sources[driver][:, 7]) if driver != "none" else np.zeros(n)
    label = rng.random(n) < 1 / (1 + np.exp(-drive))
    tables = {
        name: RegionFeatures(tuple(f"{name}{i}" for i in range(30)), sources[name])
        for name in ("tumour", "ring")
    }
    return EndpointData(label, tables, torch.from_numpy(sources["deep"].astype(np.float32)))


CONFIG = DeepRadscoreConfig.model_validate(
    {
        "system": "deep_radscore",
        "name": "test",
        "endpoint": "egfr",
        "choice": {"among": ["nb", "lr", "lda"], "repeats": 1},
        "head": {"learning_rate": 3e-3, "epochs": 60},
        "bundle": {"license": "x", "intended_use": "x", "trained_on": "x"},
    }
)


@pytest.mark.parametrize("driver", ["ring", "deep", "none"])
def test_the_part_that_carries_the_signal_finds_it(driver: str) -> None:
    data = endpoint_data(driver)
    train, test = np.arange(180), np.arange(180, 480)
    fitted = fit_fold(data, train, CONFIG, seed=3)
    told = fitted.predict(data, test)
    area = {model: auc(value, data.label[test]) for model, value in told.items()}
    by_chance = {model for model, value in area.items() if abs(value - 0.5) < 0.1}
    if driver == "none":
        assert by_chance == set(area)
    elif driver == "deep":
        assert area["deep"] > 0.8
        assert area["deep_radscore"] > 0.8
        assert by_chance == {"radiomics"}
    else:
        assert area["radiomics"] > 0.8
        assert area["deep_radscore"] > 0.8
        assert by_chance == {"deep"}
        names = fitted.rad_scores[driver].names
        assert {f"{driver}3", f"{driver}7"} <= set(names)


def test_a_fold_is_the_same_twice_and_asks_nothing_of_the_others() -> None:
    data = endpoint_data("tumour", n=120)
    train, test = np.arange(80), np.arange(80, 120)
    first = fit_fold(data, train, CONFIG, seed=3).predict(data, test)
    blind = data.label.copy()
    blind[test] = ~blind[test]
    other = EndpointData(blind, data.radiomics, data.features)
    second = fit_fold(other, train, CONFIG, seed=3).predict(other, test)
    for model, value in first.items():
        assert np.array_equal(value, second[model])


def test_a_rad_score_of_no_features_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inner selections may find a feature where the whole fold's finds none: they are of no use then."""
    data = endpoint_data("tumour", n=120)
    train, test = np.arange(80), np.arange(80, 120)
    whole = fit_rad_score

    def none_of_the_ring(
        features: NDArray[np.float64], names: Sequence[str], label: NDArray[np.bool_], *more: Any, seed: int
    ) -> RadScore:
        found = whole(features, names, label, *more, seed=seed)
        if names[0].startswith("ring") and len(label) == len(train):
            nothing = np.zeros(0)
            return RadScore((), nothing, nothing, nothing, 1.0, (30, 30, 30, 0))
        return found

    monkeypatch.setattr("training.radscore.fold.fit_rad_score", none_of_the_ring)
    head = CONFIG.head.model_copy(update={"epochs": 2})
    choice = CONFIG.choice.model_copy(update={"among": ("lr",)})
    models = fit_fold(data, train, CONFIG.model_copy(update={"head": head, "choice": choice}), seed=3)
    inputs = models.inputs(data, test)["deep_radscore"]
    assert np.ptp(inputs[:, -2]) > 0
    assert not inputs[:, -1].any()
    moved = fused_contributions(models.classifiers["deep_radscore"], inputs)
    assert moved is not None
    assert np.abs(moved[:, -2]).max() > 0.01
    assert np.abs(moved[:, -1]).max() < 1e-12


def test_features_are_read_by_region_and_in_the_patients_order(tmp_path: Path) -> None:
    path = tmp_path / "features.csv"
    path.write_text(
        "patient_id,reason,original_firstorder_Mean,ring_original_firstorder_Mean,ring_x\n"
        "b,,2,20,\n"
        "a,no ring,1,,\n",
        encoding="utf-8",
    )
    found = read_radiomics(path, ["a", "b"])
    assert found["tumour"].names == ("original_firstorder_Mean",)
    assert found["tumour"].values[:, 0].tolist() == [1, 2]
    assert found["ring"].names == ("original_firstorder_Mean",)
    assert np.isnan(found["ring"].values[0, 0])
    assert found["ring"].values[1, 0] == 20
    with pytest.raises(InputError, match="no features of patient c"):
        read_radiomics(path, ["c"])
