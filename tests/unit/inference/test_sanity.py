"""The check of a score: a network that learnt nothing beside it, and everything one voxel further."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.inference.sanity import Sanity
from ctprog_gui.core.inference.sanity_check import _moves, rank_correlation
from ctprog_gui.core.networks.randomised import randomised
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.networks.spec import EncoderSpec
from ctprog_gui.core.phantom.case import CaseParameters, make_case
from ctprog_gui.core.shared.errors import Cancelled, InputError
from ctprog_gui.core.shared.progress import Progress

BUNDLES = Path(__file__).parents[3] / "resources" / "bundles"


@pytest.fixture(scope="module")
def case() -> Case:
    found = make_case(CaseParameters(), seed=5, size=(120, 120, 50), spacing_mm=(2.5, 2.5, 5.0))
    return Case(found.volume, found.roi)


@pytest.fixture(scope="module", params=["nsclc-slice-attention", "phantom-slice-attention"])
def predictor(request: pytest.FixtureRequest) -> Predictor:
    return Predictor(Bundle.open(BUNDLES / request.param))


def test_a_check_tells_of_the_score_that_was_predicted(predictor: Predictor, case: Case) -> None:
    predicted = predictor.predict(case, saliency=True).prediction
    texts: list[str] = []
    found, pictures = predictor.check(case, Progress(lambda _share, text: texts.append(text)))
    assert found.risk_score == predicted.risk_score
    assert found.mass_in_roi == pytest.approx(predicted.saliency_mass_in_roi)
    assert [(move.axis, move.voxels) for move in found.moves] == [
        (axis, voxels) for axis in "xyz" for voxels in (1, -1)
    ]
    scores = np.array([found.risk_score, *(move.risk_score for move in found.moves)])
    sd = predictor.bundle.cohort.risk_score.std()
    assert found.repeat_sd == pytest.approx(scores.std() / sd)
    assert 0 < found.repeat_max == pytest.approx(np.abs(scores - scores[0]).max() / sd)
    assert found.map_correlation is not None
    assert -1 <= found.map_correlation < 1
    assert case.roi is not None
    assert found.slice_index == case.roi.voxels.sum(axis=(1, 2)).argmax()
    assert pictures.roi.sum() == case.roi.voxels[found.slice_index].sum()
    assert pictures.image.shape == pictures.saliency.shape == pictures.random.shape
    assert not np.array_equal(pictures.saliency, pictures.random)
    assert "Asking a network that learnt nothing" in texts
    assert Sanity.from_json(json.loads(json.dumps(found.to_json()))) == found
    # What was kept for predictions is as it was.
    assert predictor.predict(case).prediction.risk_score == predicted.risk_score


def test_a_check_is_cancelled_and_refuses_what_cannot_be_scored(predictor: Predictor, case: Case) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        predictor.check(case, progress)
    if predictor.bundle.spec.uses_roi != "none":
        with pytest.raises(InputError, match="a ROI of the tumour is needed"):
            predictor.check(Case(case.volume))


def test_moves_are_by_one_voxel_and_what_leaves_is_lost() -> None:
    grid = Geometry((3, 3, 3), (1, 1, 1))
    voxels = np.arange(27, dtype=np.int16).reshape(3, 3, 3)
    corner = np.zeros((3, 3, 3), bool)
    corner[0, 0, 0] = True
    case = Case(Volume(voxels, grid), Mask(corner, grid))
    of_roi = {(axis, step): moved for axis, step, moved in _moves(case, moves_roi=True)}
    assert set(of_roi) == {("x", 1), ("y", 1), ("z", 1)}
    assert of_roi["x", 1].roi is not None
    assert np.argwhere(of_roi["x", 1].roi.voxels).tolist() == [[0, 0, 1]]
    of_image = {(axis, step): moved.volume.voxels for axis, step, moved in _moves(case, moves_roi=False)}
    assert of_image["x", 1][0, 0].tolist() == [0, 0, 1]
    assert of_image["z", -1][:, 0, 0].tolist() == [9, 18, 18]


def test_a_network_that_learnt_nothing_has_the_same_weights_in_another_order() -> None:
    torch.manual_seed(0)
    network = build_encoder(EncoderSpec(widths=(4, 4, 8, 8), layers=(1, 1, 1, 1)))
    other = randomised(network, 1)
    again = randomised(network, 1)
    for one, two, three in zip(network.parameters(), other.parameters(), again.parameters(), strict=True):
        assert torch.equal(one.flatten().sort().values, two.flatten().sort().values)
        assert torch.equal(two, three)
    assert not torch.equal(next(network.parameters()), next(other.parameters()))


def test_rank_correlation_looks_where_either_map_says_something() -> None:
    one = np.array([0, 0, 1, 2, 3], np.float32)
    assert rank_correlation(one, one**2) == pytest.approx(1.0)
    assert rank_correlation(one, np.array([9, 0, 3, 2, 1], np.float32)) == pytest.approx(-1.0)
    assert rank_correlation(one, np.zeros_like(one)) is None
    assert rank_correlation(np.zeros_like(one), np.zeros_like(one)) is None
