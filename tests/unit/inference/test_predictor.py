from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.placement import place
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.inference.slice_attention import months_lost, survival_of
from ctprog_gui.core.phantom.case import CaseParameters, PhantomCase, make_case
from ctprog_gui.core.shared.errors import Cancelled, GeometryError, InputError
from ctprog_gui.core.shared.places import resources
from ctprog_gui.core.shared.progress import Progress

SHIPPED = resources() / "bundles" / "phantom-slice-attention"
SIZE, SPACING = (128, 128, 72), (3.0, 3.0, 4.0)


@pytest.fixture(scope="module")
def case() -> PhantomCase:
    return make_case(CaseParameters(), seed=5, size=SIZE, spacing_mm=SPACING)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(Bundle.open(SHIPPED))


@pytest.fixture(scope="module")
def prediction(predictor: Predictor, case: PhantomCase) -> Prediction:
    return predictor.predict(Case(case.volume, case.roi)).prediction


def test_the_parts_fit_each_other(prediction: Prediction, predictor: Predictor) -> None:
    curve, calibration = prediction.survival, predictor.bundle.calibration
    assert curve is not None
    assert prediction.risk_score is not None
    assert curve.lower is not None
    assert curve.upper is not None
    assert curve.months == tuple(range(25))
    assert curve.probability[0] == 1
    assert all(np.diff(curve.probability) <= 0)
    assert (np.array(curve.lower) <= np.array(curve.probability)).all()
    assert (np.array(curve.probability) <= np.array(curve.upper)).all()
    assert "heads" in str(curve.interval_kind)
    # The score is the area above the curve that is shown.
    assert prediction.risk_score == pytest.approx(24 - sum(curve.probability[1:]))
    assert prediction.cutoff == calibration.cutoff.value
    assert prediction.risk_group == ("high" if prediction.risk_score > calibration.cutoff.value else "low")
    scores = predictor.bundle.cohort.risk_score
    assert prediction.percentile == pytest.approx(100 * (scores < prediction.risk_score).mean(), abs=1)
    assert prediction.bundle_sha256 == predictor.bundle.sha256


def test_attention_has_a_weight_for_each_slice_as_read(prediction: Prediction, case: PhantomCase) -> None:
    attention = prediction.attention
    assert attention is not None
    assert [row.slice_index for row in attention] == list(range(SIZE[2]))
    assert sum(row.weight for row in attention) == pytest.approx(1, abs=1e-9)
    steps = np.diff([row.z_mm for row in attention])
    assert steps == pytest.approx(SPACING[2])
    assert attention[0].z_mm == pytest.approx(case.volume.geometry.origin_mm[2])


def test_a_phantoms_score_warns_that_it_says_nothing_about_a_patient(prediction: Prediction) -> None:
    assert "synthetic_training_data" in [warning.code for warning in prediction.warnings]


def test_placement_is_the_reference_cohorts(prediction: Prediction, predictor: Predictor) -> None:
    placement = prediction.placement
    assert placement is not None
    assert placement.n == predictor.bundle.cohort.follow_up.n
    assert {name: curve.group for name, curve in placement.group_curve.items()} == {
        "low": "low",
        "high": "high",
    }
    assert sum(curve.n for curve in placement.group_curve.values()) == placement.n
    assert sum(curve.events for curve in placement.group_curve.values()) == placement.events
    for curve in placement.group_curve.values():
        assert curve.at_risk[0] == curve.n
        assert curve.at_risk_months[:3] == (0, 6, 12)
        assert curve.n == curve.events + len(curve.censored_months)
    assert placement.cutoff_in_sample
    assert placement.hazard_ratio.lower <= placement.hazard_ratio.value <= placement.hazard_ratio.upper


def test_a_prediction_survives_json(prediction: Prediction) -> None:
    assert Prediction.from_json(json.loads(json.dumps(prediction.to_json()))) == prediction


def test_a_cohort_that_cannot_be_parted_has_no_placement(predictor: Predictor) -> None:
    assert place(predictor.bundle.cohort, 1e9, cutoff_in_sample=True) is None


def test_the_same_case_gives_the_same_bits(
    predictor: Predictor, case: PhantomCase, prediction: Prediction
) -> None:
    again = Predictor(Bundle.open(SHIPPED)).predict(Case(case.volume, case.roi)).prediction
    assert again.to_json() == prediction.to_json()
    assert predictor.predict(Case(case.volume)).prediction.to_json() == prediction.to_json()


def test_another_process_gives_the_same_bits(prediction: Prediction) -> None:
    code = f"""
import hashlib, json
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.phantom.case import CaseParameters, make_case
case = make_case(CaseParameters(), seed=5, size={SIZE}, spacing_mm={SPACING})
found = Predictor(Bundle.open({str(SHIPPED)!r})).predict(Case(case.volume)).prediction
print(hashlib.sha256(json.dumps(found.to_json()).encode()).hexdigest())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(json.dumps(prediction.to_json()).encode()).hexdigest()


def test_a_second_question_is_answered_from_what_was_prepared(
    predictor: Predictor, case: PhantomCase
) -> None:
    told: list[str] = []
    predictor.predict(Case(case.volume), Progress(lambda _, text: told.append(text)))
    assert told == ["Predicting", "Predicted"]


def test_saliency_lies_on_the_ct_and_between_0_and_1(predictor: Predictor, case: PhantomCase) -> None:
    first, second = (predictor.predict(Case(case.volume, case.roi), saliency=True) for _ in range(2))
    assert first.saliency is not None
    saliency = first.saliency.on(case.volume.geometry)
    saliency.geometry.require_same(case.volume.geometry)
    assert saliency.voxels.dtype == np.float32
    assert saliency.voxels.min() >= 0
    assert saliency.voxels.max() == 1
    assert second.saliency is not None
    assert second.saliency.on(case.volume.geometry).sha256 == saliency.sha256
    mass = first.prediction.saliency_mass_in_roi
    assert mass is not None
    assert mass == pytest.approx(saliency.voxels[case.roi.voxels].sum() / saliency.voxels.sum(), rel=1e-4)


def test_cancelling_stops_it(predictor: Predictor) -> None:
    other = make_case(CaseParameters(), seed=6, size=(64, 64, 40), spacing_mm=(6.0, 6.0, 7.0))
    stop = Progress(lambda fraction, _: stop.cancel() if fraction > 0.3 else None)
    with pytest.raises(Cancelled):
        predictor.predict(Case(other.volume), stop)


def test_a_gpu_out_of_memory_is_left_for_the_cpu_and_told(
    case: PhantomCase, prediction: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No GPU here: a reader that has run out of its memory stands for one."""
    predictor = Predictor(Bundle.open(SHIPPED))

    class Full:
        def read(self, *_: object) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(predictor, "_device", torch.device("cuda"))
    monkeypatch.setattr(predictor, "_reader", Full())
    answer = predictor.predict(Case(case.volume, case.roi)).prediction
    assert answer.risk_score == prediction.risk_score
    assert answer.warnings[-1].code == "gpu_out_of_memory"
    # From there on it stays on the CPU, and on the CPU there is nothing to fall back to.
    assert "gpu_out_of_memory" not in {
        w.code for w in predictor.predict(Case(case.volume)).prediction.warnings
    }
    monkeypatch.setattr(predictor, "_reader", Full())
    with pytest.raises(InputError, match="not enough memory"):
        predictor.predict(Case(case.volume, case.roi))


def test_a_coronal_series_gets_a_warning_and_no_score(predictor: Predictor) -> None:
    geometry = Geometry((8, 8, 8), (1, 1, 1), (0, 0, 0), (1, 0, 0, 0, 0, 1, 0, -1, 0))
    found = predictor.predict(Case(Volume(np.zeros((8, 8, 8), np.int16), geometry))).prediction
    assert found.risk_score is None
    assert [warning.code for warning in found.warnings] == ["needs_axial"]
    assert "risk_score" not in found.to_json()


def test_an_image_without_lungs_is_scored_with_warnings(predictor: Predictor) -> None:
    voxels = np.full((20, 60, 60), -1000, dtype=np.int16)
    voxels[:, 15:45, 10:50] = 40
    found = predictor.predict(Case(Volume(voxels, Geometry((60, 60, 20), (5, 5, 5))))).prediction
    codes = [warning.code for warning in found.warnings]
    assert "no_lungs_found" in codes
    assert "out_of_range" in codes
    assert found.risk_score is not None


def test_a_tumour_that_the_lungs_box_cuts_off_is_told(predictor: Predictor, case: PhantomCase) -> None:
    voxels = np.zeros(case.roi.voxels.shape, dtype=bool)
    # Three voxels in the corner of the image, far from the lungs, and one of the tumour.
    voxels[2, 2, 2:5] = True
    voxels[tuple(np.argwhere(case.roi.voxels)[0])] = True
    whole = predictor.predict(Case(case.volume, case.roi)).prediction
    part = predictor.predict(Case(case.volume, Mask(voxels, case.roi.geometry))).prediction
    assert "tumour_outside_lungs" not in [warning.code for warning in whole.warnings]
    (told,) = [warning for warning in part.warnings if warning.code == "tumour_outside_lungs"]
    assert told.detail.startswith("75 % of the ROI")


def test_a_roi_of_another_grid_is_refused(case: PhantomCase) -> None:
    roi = Mask(np.ones((2, 2, 2), dtype=bool), Geometry((2, 2, 2), (1, 1, 1)))
    with pytest.raises(GeometryError, match="the ROI lies on another grid"):
        Case(case.volume, roi)


def test_months_lost_is_the_area_above_the_curve() -> None:
    assert months_lost(np.array([[1, 1, 1.0], [1, 0.5, 0.25], [1, 0, 0]])).tolist() == [0, 1.25, 2]


def test_survival_from_probabilities() -> None:
    import torch

    pmf = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
    assert survival_of(pmf.log())[0] == pytest.approx([1, 0.9, 0.7, 0.4], abs=1e-6)


def test_lung1_is_scored_and_flagged_as_unlike_the_phantoms(predictor: Predictor, lung1: Path) -> None:
    from ctprog_gui.core.dicom.open_path import open_path

    volume = open_path([lung1 / "ct"])[0].read()
    found = predictor.predict(Case(volume)).prediction
    assert found.attention is not None
    assert len(found.attention) == 134
    assert "out_of_range" in [warning.code for warning in found.warnings]
