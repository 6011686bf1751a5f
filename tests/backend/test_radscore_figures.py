"""Figures of an endpoint's run say what the tables say, and tables what the split says."""

from __future__ import annotations

import json
from pathlib import Path

import balls
import numpy as np
import pytest
from matplotlib.figure import Figure

from ctprog_gui.core.statistics.roc import auc
from training.radscore import figures
from training.radscore.classifiers import choose_classifier
from training.radscore.contributions import write_columns
from training.radscore.evaluation import evaluate_parts
from training.radscore.fold import MODELS, NAMES
from training.radscore.predictions import EndpointPredictions, write_endpoint_predictions


def test_curves_have_the_tables_names_and_areas(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    label = np.arange(40) % 2 == 0
    value = {model: rng.random(40) for model in MODELS}
    patients = tuple(f"p{i}" for i in range(40))
    write_endpoint_predictions(
        tmp_path / "predictions.csv", EndpointPredictions(patients, np.zeros(40, np.int64), label, value)
    )
    figure = Figure(layout="constrained")
    assert figures._roc(figure, tmp_path)
    told = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert told == [f"{NAMES[model]} ({auc(value[model], label):.3f})" for model in MODELS]


def test_every_inner_fold_s_area_is_kept_and_drawn(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    label = np.arange(60) % 2 == 0
    inputs = rng.normal(size=(60, 2)) + 0.8 * label[:, None]
    choice = choose_classifier(inputs, label, names=("nb", "lr"), folds=3, repeats=4)
    for name, values in choice.values.items():
        assert len(values) == 12
        assert np.mean(values) == choice.auc[name]
    told = {"chosen": choice.name, "auc": choice.auc, "values": choice.values}
    path = tmp_path / "folds" / "0" / "fitted.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"classifiers": dict.fromkeys(MODELS, told)}))
    figure = Figure(layout="constrained")
    assert figures._classifiers(figure, tmp_path)
    levels = np.concatenate([np.asarray(line.get_ydata(), np.float64) for line in figure.axes[0].lines])
    assert np.isclose(levels, np.median(choice.values["nb"])).any()


def test_an_input_that_is_the_same_for_all_has_no_correlation(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(20, 3))
    values[:, 2] = 0.25
    path = tmp_path / "folds" / "0" / "inputs.csv"
    path.parent.mkdir(parents=True)
    write_columns(path, [f"p{i}" for i in range(20)], ("a", "b", "c"), values)
    figure = Figure(layout="constrained")
    assert figures._correlation(figure, tmp_path)
    drawn = figure.axes[0].images[0].get_array()
    assert drawn.mask.tolist() == [[False, False, True], [False, False, True], [True, True, True]]
    assert drawn[0, 1] == pytest.approx(abs(np.corrcoef(values[:, 0], values[:, 1])[0, 1]))


def test_internal_and_external_patients_are_judged_apart(tmp_path: Path) -> None:
    """Before, a fit by the table's own split told one figure of both."""
    rng = np.random.default_rng(4)
    label = np.arange(40) % 2 == 0
    value = {model: rng.random(40) for model in MODELS}
    patients = tuple(f"p{i}" for i in range(40))
    found = EndpointPredictions(patients, np.zeros(40, np.int64), label, value)
    write_endpoint_predictions(tmp_path / "predictions.csv", found)
    (tmp_path / "config.yaml").write_text(balls.CONFIG + "protocol: own_split\n")
    fitted = {"classifiers": {model: {"chosen": "lr"} for model in MODELS}}
    (tmp_path / "folds" / "0").mkdir(parents=True)
    (tmp_path / "folds" / "0" / "fitted.json").write_text(json.dumps(fitted))
    split = ["internal" if i < 24 else "external" if i < 39 else "none" for i in range(40)]
    lines = [f"{p},{int(y)},{part}" for p, y, part in zip(patients, label, split, strict=True)]
    (tmp_path / "characteristics.csv").write_text("\n".join(["patient_id,label,split", *lines]) + "\n")
    told = evaluate_parts(tmp_path)
    assert list(told) == ["external", "internal", "none"]
    assert told["none"] == "none are positive"
    internal = told["internal"]
    assert not isinstance(internal, str)
    assert (internal.patients, internal.positives) == (24, 12)
    assert internal.models[0].auc == auc(value["radiomics"][:24], label[:24])
