"""The predictor of a bundle of endpoints with made-up weights: what must hold whatever was learnt."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from endpoint_bundle import DEEP, ENDPOINTS, RECIPE, write_endpoint_bundle
from onnx import helper

from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.endpoint_schema import FoldScores
from ctprog_gui.core.inference.endpoints import _Coalitions
from ctprog_gui.core.inference.integrity import CHECKSUMS, checksum_list
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.inference.scoring import ScoreRequest, score
from ctprog_gui.core.phantom.case import CaseParameters, make_case
from ctprog_gui.core.shared.errors import BundleError, InputError

SPEC, SCORES, ONNX = "ctprog/spec.json", "ctprog/rad_scores.json", "models/egfr.onnx"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_endpoint_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="module")
def predictor(folder: Path) -> Predictor:
    return Predictor(Bundle.open(folder))


@pytest.fixture(scope="module")
def case() -> Case:
    found = make_case(CaseParameters(), seed=5, size=(120, 120, 50), spacing_mm=(2.5, 2.5, 5.0))
    return Case(found.volume, found.roi)


def grown(roi: Mask) -> Mask:
    """The ROI with its right side moved by a voxel."""
    voxels = roi.voxels.copy()
    voxels[:, :, 1:] |= voxels[:, :, :-1]
    return Mask(voxels, roi.geometry)


def one_voxel(roi: Mask) -> Mask:
    voxels = np.zeros_like(roi.voxels)
    voxels[tuple(np.argwhere(roi.voxels)[0])] = True
    return Mask(voxels, roi.geometry)


def test_without_a_usable_roi_there_is_a_reason_and_no_endpoint(predictor: Predictor, case: Case) -> None:
    for roi in (
        None,
        Mask(np.zeros(case.volume.geometry.shape, bool), case.volume.geometry),
        one_voxel(case.roi),
    ):
        prediction = predictor.predict(Case(case.volume, roi)).prediction
        assert [warning.code for warning in prediction.warnings] == ["needs_roi"]
        assert prediction.endpoints is None
        assert not prediction.answers


def test_a_prediction_has_its_parts_and_survives_its_json(predictor: Predictor, case: Case) -> None:
    outcome = predictor.predict(case, saliency=True)
    prediction = outcome.prediction
    assert Prediction.from_json(prediction.to_json()).to_json() == prediction.to_json()
    assert prediction.answers
    assert prediction.risk_score is None
    assert prediction.ring == {"width_mm": 6.0}
    assert list(prediction.endpoints) == list(ENDPOINTS)
    for name, row in prediction.endpoints.items():
        assert row["label"] == ENDPOINTS[name][0]
        assert row["prevalence"] == ENDPOINTS[name][1]
        assert row["lower"] <= row["probability"] <= row["upper"]
        assert set(row["rad_scores"]) == {"tumour", "ring"}


def test_what_moved_an_answer_adds_up_to_it(predictor: Predictor, case: Case) -> None:
    prediction = predictor.predict(case).prediction
    for name, row in prediction.endpoints.items():
        own = [one for one in prediction.contributions if one["endpoint"] == name]
        assert {one["source"] for one in own} == {"patch", "tumour", "ring"}
        total = row["base_log_odds"] + sum(one["value"] for one in own)
        assert total == pytest.approx(row["log_odds"], abs=1e-6)
        strength = [abs(one["value"]) for one in own]
        assert strength == sorted(strength, reverse=True)


def test_of_a_linear_classifier_each_part_is_its_exact_shap_value() -> None:
    """Weight times distance from the background: Lundberg and Lee 2017, corollary 1."""
    rng = np.random.default_rng(3)
    weight, deep, scores = rng.normal(size=DEEP + 2), rng.normal(size=DEEP), rng.normal(size=2)
    background = rng.normal(size=DEEP)
    empty = {"features": [], "mean": [], "scale": [], "coefficient": []}
    fold = FoldScores(
        regions={"tumour": empty, "ring": empty},
        level=[0.3, -0.2],
        spread=[2.0, 0.5],
        background=background.tolist(),
    )
    plan = _Coalitions(deep, scores, fold)
    patch, unit = plan.attribute(plan.inputs @ weight + 0.7)
    assert patch == pytest.approx(weight[:DEEP] @ (deep - background))
    np.testing.assert_allclose(unit, weight[DEEP:])


def test_the_endpoint_that_is_asked_for_is_traced_within_the_patch(predictor: Predictor, case: Case) -> None:
    maps = {}
    for name in ENDPOINTS:
        outcome = predictor.predict(Case(case.volume, case.roi, endpoint=name), saliency=True)
        assert outcome.prediction.saliency_endpoint == name
        maps[name] = outcome.saliency.map
    assert not np.array_equal(maps["egfr"].voxels, maps["kras"].voxels)
    grid = maps["egfr"].geometry
    side = RECIPE.side * RECIPE.spacing_mm
    assert grid.size[0] * grid.spacing_mm[0] == pytest.approx(side)
    areas = case.roi.voxels.sum(axis=(1, 2))
    z = case.volume.geometry.index_to_patient([0, 0, int(areas.argmax())])[2]
    assert grid.index_to_patient([0, 0, 0])[2] == pytest.approx(z)


def test_following_a_stroke_gives_what_a_fresh_start_gives(folder: Path, case: Case) -> None:
    followed = Predictor(Bundle.open(folder))
    first = followed.predict(case).prediction
    edited = Case(case.volume, grown(case.roi))
    after, fresh = (
        followed.predict(edited).prediction,
        Predictor(Bundle.open(folder)).predict(edited).prediction,
    )
    back = followed.predict(case).prediction
    for name, row in first.endpoints.items():
        assert after.endpoints[name]["log_odds"] == pytest.approx(fresh.endpoints[name]["log_odds"], abs=1e-5)
        assert after.endpoints[name]["rad_scores"] != row["rad_scores"]
        assert back.endpoints[name]["log_odds"] == pytest.approx(row["log_odds"], abs=1e-5)


def test_a_ct_stored_with_its_axes_reversed_has_the_same_answers(predictor: Predictor, case: Case) -> None:
    grid = case.volume.geometry
    last = [grid.size[0] - 1, 0, grid.size[2] - 1]
    axes = tuple((grid.axes * (-1, 1, -1)).ravel())
    turned = Geometry(grid.size, grid.spacing_mm, tuple(grid.index_to_patient(last)), axes)
    volume = Volume(case.volume.voxels[::-1, :, ::-1].copy(), turned)
    roi = Mask(case.roi.voxels[::-1, :, ::-1].copy(), turned)
    one, two = (predictor.predict(it).prediction for it in (case, Case(volume, roi)))
    for name, row in one.endpoints.items():
        assert two.endpoints[name]["log_odds"] == pytest.approx(row["log_odds"], abs=1e-5)
        assert two.endpoints[name]["rad_scores"] == pytest.approx(row["rad_scores"], rel=1e-9)


def test_nothing_is_told_to_anybody(folder: Path, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenVINO, asked to read an ONNX file, forks a process that reports it."""
    told = []
    monkeypatch.setattr(os, "fork", lambda: told.append("a process"))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: told.append("a connection"))
    Predictor(Bundle.open(folder)).predict(case)
    time.sleep(0.2)
    assert told == []


def test_a_feature_is_held_against_the_patients_of_its_bundle(predictor: Predictor, case: Case) -> None:
    prediction = predictor.predict(case).prediction
    rows = {
        (one["source"], one["feature"]): one for one in prediction.contributions if one["endpoint"] == "egfr"
    }
    held = {key: (one["mean"], one["sd"], one.get("unit")) for key, one in rows.items() if "mean" in one}
    assert held == {
        ("tumour", "original_firstorder_Variance"): (2000.0, 1500.0, "HU²"),
        ("tumour", "original_shape_VoxelVolume"): (9000.0, 6000.0, "mm³"),
        ("ring", "original_firstorder_Mean"): (-500.0, 200.0, "HU"),
    }
    # Folds differ in their coefficient alone, (1, 1.1, 1.2) on the ring's one feature.
    ring = rows["ring", "original_firstorder_Mean"]
    raw = np.array([1.0, 1.1, 1.2]) * (ring["measured"] + 500.0) / 200.0
    found = prediction.endpoints["egfr"]
    assert found["rad_score_sds"]["ring"] == pytest.approx(((raw + 0.1) / 0.9).mean())
    assert found["rad_scores"]["ring"] == pytest.approx(raw.mean())


def test_there_is_no_score_to_check(predictor: Predictor, case: Case) -> None:
    with pytest.raises(InputError, match="no risk score"):
        predictor.check(case)


def test_score_writes_endpoints_for_other_programs(folder: Path, case: Case, tmp_path: Path) -> None:
    write_volume(tmp_path / "ct.nii.gz", case.volume.voxels, case.volume.geometry)
    write_mask(tmp_path / "roi.nii.gz", case.roi)
    request = ScoreRequest(
        tmp_path / "ct.nii.gz", tmp_path / "out", roi=tmp_path / "roi.nii.gz", bundles=(str(folder),)
    )
    score(request)
    (told,) = json.loads((tmp_path / "out" / "result.json").read_text())["predictions"]
    assert told["system"] == "deep_radscore"
    assert {"probability", "lower", "upper"} <= set(told["endpoints"]["kras"])
    assert {"feature", "value"} <= set(told["contributions"][0])
    assert (tmp_path / "out" / told["saliency"]).is_file()
    assert "risk_score" not in told
    assert "survival" not in told


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def edit(path: Path, name: str, change: Callable[[Any], None]) -> None:
    value = json.loads((path / name).read_text())
    change(value)
    (path / name).write_text(json.dumps(value))
    (path / CHECKSUMS).write_text(checksum_list(path))


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        (SPEC, lambda v: v.update(surprise=1), "surprise"),
        (SPEC, lambda v: v["endpoints"].append(v["endpoints"][0]), "two endpoints have one name"),
        (SPEC, lambda v: v["endpoints"].clear(), "endpoints"),
        (SPEC, lambda v: v["radiomics"].update(ring_mm=-1), "ring_mm"),
        (SPEC, lambda v: v["radiomics"]["settings"].update(bin_width="x"), "bin_width can.t be .x."),
        (SPEC, lambda v: v["radiomics"]["settings"].update(wobble=1), "wobble"),
        (SPEC, lambda v: v["radiomics"].update(spacing_mm=0), "spacing_mm"),
        (SPEC, lambda v: v["preprocessing"].update(kind="roi_cube"), "roi_cube"),
        (SPEC, lambda v: v["encoder"].update(channels=9), "channels"),
        (SPEC, lambda v: v["endpoints"][0]["models"].update(heads="../../x.safetensors"), "safetensors"),
        (SPEC, lambda v: v["endpoints"][0]["models"].update(classifiers="docs/README.md"), "ONNX"),
        (SPEC, lambda v: v.update(rad_scores="docs/README.md"), "JSON files"),
        (SCORES, lambda v: v["endpoints"].pop("kras"), "not the endpoints of the spec"),
        (SCORES, lambda v: v["endpoints"]["egfr"][0]["level"].pop(), "level and spread"),
        (SCORES, lambda v: v["endpoints"]["egfr"][0]["spread"].__setitem__(0, 0.0), "greater than 0"),
        (SCORES, lambda v: v["endpoints"]["egfr"][0]["background"].pop(), "background"),
        (SCORES, lambda v: v["endpoints"]["egfr"][0]["regions"].pop("ring"), "regions of the spec"),
        (
            SCORES,
            lambda v: v["endpoints"]["egfr"][0]["regions"]["ring"]["features"].__setitem__(0, "wit"),
            "needs wit",
        ),
        ("ctprog/calibration.json", lambda v: v["endpoints"]["egfr"].update(positives=99), "more patients"),
        ("ctprog/calibration.json", lambda v: v["endpoints"].pop("egfr"), "not the endpoints"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused_in_a_line(
    copy: Path, name: str, change: Callable[[Any], None], reason: str
) -> None:
    edit(copy, name, change)
    with pytest.raises(BundleError, match=reason) as raised:
        Bundle.open(copy)
    assert "\n" not in str(raised.value)


def test_a_cohort_without_probabilities_is_refused(copy: Path) -> None:
    table = copy / "ctprog" / "reference_cohort.csv"
    table.write_text(table.read_text().replace("k0003,0.", "k0003,7."))
    (copy / CHECKSUMS).write_text(checksum_list(copy))
    with pytest.raises(BundleError, match="p_egfr is not made of probabilities"):
        Bundle.open(copy)


def _other_operator(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Sin", ["0/probability"], ["more"]))


def _elsewhere(model: onnx.ModelProto) -> None:
    one = model.graph.initializer[0]
    one.ClearField("raw_data")
    one.data_location = onnx.TensorProto.EXTERNAL
    one.external_data.add(key="location", value="../../../etc/hostname")


def _too_many_inputs(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value += 1


def _renamed(model: onnx.ModelProto) -> None:
    model.graph.output[0].name = "1/probability"


@pytest.mark.parametrize("change", [_other_operator, _elsewhere, _too_many_inputs, _renamed])
def test_a_classifier_that_is_more_than_a_classifier_is_refused_in_a_line(
    copy: Path, change: Callable[[onnx.ModelProto], None]
) -> None:
    model = onnx.load_from_string((copy / ONNX).read_bytes())
    change(model)
    (copy / ONNX).write_bytes(model.SerializeToString())
    (copy / CHECKSUMS).write_text(checksum_list(copy))
    with pytest.raises(BundleError, match=ONNX) as raised:
        Predictor(Bundle.open(copy))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("length", [0, 1, 40, 1000])
def test_a_cut_classifier_is_refused_in_a_line(copy: Path, length: int) -> None:
    (copy / ONNX).write_bytes((copy / ONNX).read_bytes()[:length])
    (copy / CHECKSUMS).write_text(checksum_list(copy))
    with pytest.raises(BundleError, match=ONNX) as raised:
        Predictor(Bundle.open(copy))
    assert "\n" not in str(raised.value)


def test_unasked_an_endpoint_that_is_told_from_chance_is_looked_at(predictor: Predictor, case: Case) -> None:
    prediction = predictor.predict(case, saliency=True).prediction
    told = {name for name, one in prediction.endpoints.items() if one["auc"]["lower"] > 0.5}
    assert told
    assert len(told) < len(prediction.endpoints)
    assert prediction.saliency_endpoint in told
