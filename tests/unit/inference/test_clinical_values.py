"""Clinical values on their way into a score: declared by a bundle, asked for, checked, told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from roi_bundle import write_roi_bundle

from ctprog_gui.__main__ import main
from ctprog_gui.core.cohort.clinical import ClinicalInput, Level, columns
from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.inference.roi_attention import RoiAttentionModel, RoiMeasurements
from ctprog_gui.core.networks.registry import build_roi_encoder, build_roi_head
from ctprog_gui.core.networks.spec import RoiAttentionSpec, RoiEncoderSpec, read_network
from ctprog_gui.core.phantom.case import CaseParameters, make_case
from ctprog_gui.core.shared.errors import BundleError

INPUTS = (
    ClinicalInput("age", "Age", "number", "years", 18, 110, unknown=True),
    ClinicalInput(
        "n_stage",
        "N stage",
        "ordered",
        levels=(Level("0", "N0", patients=80), Level("1", "N1", patients=50)),
    ),
    ClinicalInput(
        "m_stage",
        "M stage",
        "ordered",
        levels=(Level("0", "M0", patients=127), Level("1", "M1", patients=3)),
        unknown=True,
    ),
)
SPEC = RoiAttentionSpec(RoiEncoderSpec(widths=(6, 6, 8, 8), measures=("size", "air")), 24, columns(INPUTS))
DECLARED = [one.to_json() for one in INPUTS]
KNOWN = {"age": 70, "n_stage": "N1", "m_stage": 0}


@pytest.fixture(scope="module")
def case() -> Case:
    found = make_case(CaseParameters(), seed=5, size=(120, 120, 50), spacing_mm=(2.5, 2.5, 5.0))
    return Case(found.volume, found.roi)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundles") / "with-clinical"
    return write_roi_bundle(path, SPEC, name="with-clinical", clinical=DECLARED)


@pytest.fixture(scope="module")
def predictor(folder: Path) -> Predictor:
    return Predictor(Bundle.open(folder))


def asked(predictor: Predictor, case: Case, values: dict[str, Any]) -> dict[str, Any]:
    return predictor.predict(Case(case.volume, case.roi, values)).prediction.to_json()


def test_a_network_that_takes_clinical_numbers_survives_json() -> None:
    assert read_network(json.loads(json.dumps(SPEC.to_json()))) == SPEC
    assert "clinical" not in RoiAttentionSpec(SPEC.encoder).to_json()


def test_the_declaration_must_give_what_the_network_takes(tmp_path: Path) -> None:
    write_roi_bundle(tmp_path / "few", SPEC, clinical=DECLARED[:2])
    with pytest.raises(BundleError, match="do not give the numbers that the network takes"):
        Bundle.open(tmp_path / "few")
    wrong = [*DECLARED[:2], {**DECLARED[2], "kind": "text"}]
    write_roi_bundle(tmp_path / "wrong", SPEC, clinical=wrong)
    with pytest.raises(BundleError, match="m_stage is of no known kind"):
        Bundle.open(tmp_path / "wrong")


def test_an_unknown_number_adds_nothing_and_a_known_one_by_its_distance_from_the_mean() -> None:
    torch.manual_seed(0)
    head = build_roi_head(SPEC)
    torch.nn.init.normal_(head.risk)
    head.clinical_mean.copy_(torch.tensor([70.0, 1.0, 0.0]))
    head.clinical_scale.copy_(torch.tensor([0.1, 1.0, 0.0]))
    seen = torch.rand(1, 4, 2), torch.zeros(1, 4), torch.ones(1)

    def risk(*values: float) -> float:
        inputs, _ = head.look(*seen, torch.tensor([values]))
        return float((inputs @ head.risk).detach())

    unknown = risk(np.nan, np.nan, np.nan)
    assert risk(70, 1, 0) == pytest.approx(unknown)
    assert risk(80, 1, 0) - unknown == pytest.approx(float(head.risk[3].detach()), abs=1e-5)
    # A scale of 0: nothing was learnt of it, whatever its weight is.
    assert risk(70, 1, 1) == pytest.approx(unknown)


def test_without_a_value_that_must_be_known_there_is_no_score(predictor: Predictor, case: Case) -> None:
    for values in ({}, {"age": 70, "n_stage": "unknown"}, {"n_stage": None}):
        found = asked(predictor, case, values)
        assert found["warnings"] == [{"code": "needs_clinical", "detail": "needs to know: N stage"}]
        assert "risk_score" not in found
    found = asked(predictor, case, {"n_stage": "N9"})
    assert [row["code"] for row in found["warnings"]] == ["needs_clinical"]
    assert "'N9' is none of N0, N1" in found["warnings"][0]["detail"]


def test_what_may_be_unknown_may_be_left_out(predictor: Predictor, case: Case) -> None:
    found = asked(predictor, case, {"n_stage": 1})
    assert found == asked(predictor, case, {"n_stage": "N1", "age": "unknown", "m_stage": None})
    assert found["risk_score"] != asked(predictor, case, KNOWN)["risk_score"]
    rows = {row["feature"]: row for row in found["contributions"]}
    assert rows["age"] == {"feature": "age", "value": 0.0, "source": "clinical", "label": "Age: unknown"}


def test_a_contribution_is_what_a_value_adds_to_the_log_cumulative_hazard() -> None:
    torch.manual_seed(1)
    head = build_roi_head(SPEC)
    for parameter in (head.risk, head.baseline, head.shape):
        torch.nn.init.normal_(parameter)
    model = RoiAttentionModel(build_roi_encoder(SPEC.encoder), [head], torch.device("cpu"))

    def seen(age: float) -> RoiMeasurements:
        # The mean patient but for the age: a small step, as the hazard is not linear in the risk.
        return RoiMeasurements(
            torch.zeros(3, 2), torch.zeros(3), torch.zeros(()), torch.tensor([age, np.nan, np.nan])
        )

    def log_hazard(age: float) -> float:
        return float(np.log(-np.log(model.answer(seen(age)).survival[0, -1])))

    told = dict(enumerate(value for _, value in model.contributions(seen(0.01))))
    assert [name for name, _ in model.contributions(seen(0.0))][:3] == ["size", "air", "log_volume"]
    assert told[3] == pytest.approx(log_hazard(0.01) - log_hazard(0.0), rel=0.02)
    assert [told[n] for n in (0, 1, 2, 4, 5)] == [0.0] * 5


def test_a_value_that_few_had_and_one_beyond_the_cohort_are_told(folder: Path, case: Case) -> None:
    found = asked(Predictor(Bundle.open(folder)), case, KNOWN | {"m_stage": "M1"})
    (rare,) = (row for row in found["warnings"] if row["code"] == "rare_clinical_value")
    assert rare["detail"].startswith("M stage M1: 3 of the fitted patients had it")


def test_score_takes_a_file_and_tells_it_in_the_result(folder: Path, case: Case, tmp_path: Path) -> None:
    assert case.roi is not None
    write_volume(tmp_path / "ct.nii.gz", case.volume.voxels, case.volume.geometry)
    write_mask(tmp_path / "roi.nii.gz", case.roi)
    (tmp_path / "known.json").write_text(json.dumps(KNOWN))
    arguments = ["score", tmp_path / "ct.nii.gz", "--roi", tmp_path / "roi.nii.gz", "--bundle", folder]
    given = [*arguments, "--clinical", tmp_path / "known.json", "--out", tmp_path / "out"]
    assert main([str(word) for word in given]) == 0
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert result["clinical"] == KNOWN
    assert {row["source"] for row in result["predictions"][0]["contributions"]} == {"image", "clinical"}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"n_stag": 1}, "n_stag is no clinical value that a bundle takes: age,"),
        ({"age": 7}, "age: 7 lies outside 18 to 110 years"),
        ({"age": [70]}, "age: [70] is neither a number nor a text"),
        ({"n_stage": "N4"}, "n_stage: 'N4' is none of N0, N1"),
    ],
)
def test_score_refuses_a_file_that_makes_no_sense(
    values: dict[str, Any], told: str, folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "odd.json").write_text(json.dumps(values))
    given = ["score", tmp_path, "--bundle", folder, "--clinical", tmp_path / "odd.json", "--out", tmp_path]
    assert main([str(word) for word in given]) == 1
    error = capfd.readouterr().err
    assert told in error
    assert error.count("\n") == 1
