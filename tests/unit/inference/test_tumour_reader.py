"""The predictor of a bundle that reads ROIs, with random weights: what must hold whatever was learnt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from roi_bundle import RECIPE, write_roi_bundle
from safetensors.torch import load_file, save_file

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.integrity import CHECKSUMS, checksum_list
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.networks.spec import RoiAttentionSpec, RoiEncoderSpec
from ctprog_gui.core.phantom.case import CaseParameters, make_case
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.shared.errors import BundleError
from ctprog_gui.core.shared.progress import Progress

SPEC = RoiAttentionSpec(RoiEncoderSpec(widths=(6, 6, 8, 8), measures=("size", "air")), bins=24)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_roi_bundle(tmp_path_factory.mktemp("bundles") / "roi", SPEC)


@pytest.fixture(scope="module")
def case() -> Case:
    found = make_case(CaseParameters(), seed=5, size=(120, 120, 50), spacing_mm=(2.5, 2.5, 5.0))
    return Case(found.volume, found.roi)


def grown(roi: Mask, steps: int) -> Mask:
    """The ROI with its right side moved by some voxels."""
    voxels = roi.voxels.copy()
    for _ in range(steps):
        voxels[:, :, 1:] |= voxels[:, :, :-1]
    return Mask(voxels, roi.geometry)


def test_a_case_without_roi_gets_no_score(folder: Path, case: Case) -> None:
    predictor = Predictor(Bundle.open(folder))
    empty = Mask(np.zeros(case.volume.geometry.shape, bool), case.volume.geometry)
    for roi in (None, empty):
        prediction = predictor.predict(Case(case.volume, roi)).prediction
        assert [warning.code for warning in prediction.warnings] == ["needs_roi"]
        assert prediction.risk_score is None
        assert "risk_score" not in prediction.to_json()


def test_a_prediction_has_its_parts(folder: Path, case: Case) -> None:
    outcome = Predictor(Bundle.open(folder)).predict(case, saliency=True)
    found = outcome.prediction.to_json()
    assert 0 < found["risk_score"] < 24
    weights = np.array([row["weight"] for row in found["attention"]])
    assert weights.sum() == pytest.approx(1.0)
    assert case.roi is not None
    there = case.roi.voxels.any(axis=(1, 2))
    # The ROI's slices are 5 mm thick, and interpolation lets half a slice more be ROI at each end.
    near = np.convolve(there, [1, 1, 1], "same") > 0
    assert weights[~near].sum() == 0
    assert {row["feature"] for row in found["contributions"]} == {"size", "air", "log_volume"}
    assert found["cube"]["side_mm"] == 72
    assert outcome.saliency is not None
    assert outcome.saliency.on(case.volume.geometry).voxels.max() == 1
    assert 0 < found["saliency_mass_in_roi"] <= 1


def test_the_same_question_gives_the_same_bits(folder: Path, case: Case) -> None:
    first, second = (Predictor(Bundle.open(folder)).predict(case).prediction.to_json() for _ in range(2))
    assert first == second


def _with_heads(folder: Path, copy: Path, rename: Callable[[int], int]) -> Path:
    """The bundle with its heads in one file, under other numbers."""
    shutil.copytree(folder, copy)
    spec = json.loads((copy / "ctprog/spec.json").read_text())
    tensors = {}
    for number, name in enumerate(spec["models"]["heads"]):
        tensors |= {f"{rename(number)}.{key}": value for key, value in load_file(copy / name).items()}
        (copy / name).unlink()
    save_file(tensors, copy / "models/heads.safetensors")
    spec["models"]["heads"] = ["models/heads.safetensors"]
    (copy / "ctprog/spec.json").write_text(json.dumps(spec))
    (copy / CHECKSUMS).write_text(checksum_list(copy))
    return copy


def test_heads_in_one_file_are_the_same_heads(folder: Path, tmp_path: Path, case: Case) -> None:
    together = _with_heads(folder, tmp_path / "together", lambda number: number)
    one, two = (Predictor(Bundle.open(path)).predict(case).prediction for path in (folder, together))
    assert one.survival == two.survival
    wrong = _with_heads(folder, tmp_path / "wrong", lambda number: number + 1)
    with pytest.raises(BundleError, match="number"):
        Predictor(Bundle.open(wrong))


def test_a_score_after_a_stroke_is_a_fresh_score_bit_for_bit(folder: Path, case: Case) -> None:
    assert case.roi is not None
    edited = Case(case.volume, _dented(case.roi))
    predictor = Predictor(Bundle.open(folder))
    predictor.predict(case)
    again = predictor.predict(edited, saliency=True)
    fresh = Predictor(Bundle.open(folder)).predict(edited, saliency=True)
    assert again.prediction.to_json() == fresh.prediction.to_json()
    assert again.saliency is not None
    assert fresh.saliency is not None
    assert np.array_equal(again.saliency.map.voxels, fresh.saliency.map.voxels)


def _dented(roi: Mask) -> Mask:
    """The ROI without the middle of one of its slices: the box around it stays."""
    voxels = roi.voxels.copy()
    assert roi.bounding_box is not None
    z, y, x = ((part.start + part.stop) // 2 for part in roi.bounding_box)
    voxels[z, y - 1 : y + 2, x - 1 : x + 2] = False
    return Mask(voxels, roi.geometry)


def test_the_score_reads_the_contour(folder: Path, case: Case) -> None:
    predictor = Predictor(Bundle.open(folder))
    assert case.roi is not None
    before = predictor.predict(case).prediction.risk_score
    after = predictor.predict(Case(case.volume, grown(case.roi, 1))).prediction.risk_score
    assert before != after


def test_a_stroke_does_not_look_at_the_slices_again(folder: Path, case: Case) -> None:
    predictor = Predictor(Bundle.open(folder))
    told: list[str] = []
    predictor.predict(case, Progress(lambda _, text: told.append(text)))
    assert "Looking at the slices" in told
    told.clear()
    assert case.roi is not None
    predictor.predict(Case(case.volume, grown(case.roi, 1)), Progress(lambda _, text: told.append(text)))
    assert "Looking at the slices" not in told


def test_the_cube_stays_until_the_roi_moved_or_it_is_asked_for(folder: Path, case: Case) -> None:
    predictor = Predictor(Bundle.open(folder))

    def centre(steps: int, *, recentre: bool = False) -> float:
        assert case.roi is not None
        moved = Case(case.volume, grown(case.roi, steps), recentre=recentre)
        cube = predictor.predict(moved).prediction.cube
        assert cube is not None
        return float(cube["centre_mm"][0])

    first = centre(0)
    # The box's centre moves by half a voxel, 1.25 mm, a step; the fifth passes 5 mm.
    assert centre(3) == first
    assert centre(3, recentre=True) == pytest.approx(first + 3.75)
    assert centre(4) == pytest.approx(first + 3.75)
    assert centre(0) == pytest.approx(first + 3.75)
    assert centre(9) == pytest.approx(first + 9 * 1.25)


def test_a_roi_larger_than_the_cube_is_told(folder: Path, case: Case) -> None:
    assert case.roi is not None
    predictor = Predictor(Bundle.open(folder))
    codes = [warning.code for warning in predictor.predict(case).prediction.warnings]
    assert "roi_exceeds_crop" not in codes
    wide = Case(case.volume, grown(case.roi, 40))
    prediction = Predictor(Bundle.open(folder)).predict(wide).prediction
    assert "roi_exceeds_crop" in [warning.code for warning in prediction.warnings]
    assert prediction.risk_score is not None


def test_a_turned_series_gives_the_same_score(folder: Path, case: Case) -> None:
    """The same patient stored from head to feet: only the attention's order changes."""
    assert case.roi is not None
    grid = case.volume.geometry
    last = grid.index_to_patient([0, grid.size[1] - 1, grid.size[2] - 1])
    turned = type(grid)(grid.size, grid.spacing_mm, tuple(last), (1, 0, 0, 0, -1, 0, 0, 0, -1))
    flipped = Case(
        Volume(np.ascontiguousarray(case.volume.voxels[::-1, ::-1]), turned),
        Mask(np.ascontiguousarray(case.roi.voxels[::-1, ::-1]), turned),
    )
    one, two = (Predictor(Bundle.open(folder)).predict(c).prediction for c in (case, flipped))
    assert one.risk_score == pytest.approx(two.risk_score, abs=1e-4)
    assert one.attention is not None
    assert two.attention is not None
    weights = [row.weight for row in one.attention]
    assert weights == pytest.approx([row.weight for row in reversed(two.attention)], abs=1e-4)


def test_recipe_and_network_that_do_not_fit_are_refused(folder: Path, tmp_path: Path) -> None:
    for change, reason in (
        ({"uses_roi": "none"}, "uses_roi"),
        ({"preprocessing": {**RECIPE.to_json(), "hu_windows": [[-1000, 400]]}}, "channel"),
        ({"preprocessing": SliceRecipe().to_json()}, "takes"),
    ):
        path = tmp_path / reason
        shutil.copytree(folder, path)
        spec = json.loads((path / "ctprog/spec.json").read_text()) | change
        (path / "ctprog/spec.json").write_text(json.dumps(spec))
        (path / CHECKSUMS).write_text(checksum_list(path))
        with pytest.raises(BundleError, match=reason):
            Bundle.open(path)
