"""Which features stay what they are under another kernel, noise, level and contour."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from training.radscore.perturbation import Perturbation, moved_edge
from training.radscore.stability import correlations, main, stable_features

GRID = Geometry((16, 16, 14), (1.0, 1.0, 2.0))
AWAY = np.linalg.norm((np.indices(GRID.shape).T - np.array([7, 8, 8])) * (2, 1, 1), axis=-1).T


def test_an_edge_moves_by_an_exact_distance_and_never_leaves_nothing() -> None:
    ball = Mask(AWAY < 5, GRID)
    grown, shrunk = moved_edge(ball, 1.0).voxels, moved_edge(ball, -1.0).voxels
    # Slices are 2 mm apart: within 1 mm there are neighbours in the plane only.
    assert np.array_equal(grown.any(axis=(1, 2)), ball.voxels.any(axis=(1, 2)))
    assert (shrunk <= ball.voxels).all()
    assert (ball.voxels <= grown).all()
    assert shrunk.sum() < ball.voxels.sum() < grown.sum()
    point = Mask(AWAY < 0.5, GRID)
    assert moved_edge(point, -1.0) is point


def test_a_draw_is_the_same_each_time_and_another_draw_another() -> None:
    hu = np.random.default_rng(1).normal(-300, 150, GRID.shape).astype(np.int16)
    volume, ball = Volume(hu, GRID), Mask(AWAY < 5, GRID)
    one, again, other = (Perturbation().drawn(volume, ball, draw)[0].voxels for draw in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    still = Perturbation(noise_hu=0, blur=0, shift_hu=10, edge_mm=0)
    moved = [still.drawn(volume, ball, draw)[0].voxels.astype(int) for draw in range(1, 9)]
    # Half of the draws leave the kernel as it is: there all values move alike, by up to 10 HU.
    alike = [one - hu for one in moved if np.ptp(one - hu) == 0]
    assert alike
    assert all(abs(int(one.flat[0])) <= 10 for one in alike)


def test_a_feature_that_is_lacking_or_constant_has_no_correlation() -> None:
    rng = np.random.default_rng(3)
    true = rng.normal(size=30)
    exact, noisy, lacking = np.stack([true] * 3), true + rng.normal(size=(3, 30)), np.stack([true] * 3)
    lacking[1, 4] = np.nan
    found = correlations(np.stack([exact, noisy, lacking, np.ones((3, 30))], axis=2))
    assert found[0] == 1.0
    assert 0.2 < found[1] < 0.8
    assert np.isnan(found[2:]).all()


def test_volume_is_steadier_than_the_grain_of_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.radscore.stability.user_cache", lambda: tmp_path / "cache")
    lines = ["patient_id,image,roi,time_months,event"]
    for number, radius in enumerate((4.0, 5.0, 6.0, 5.5)):
        hu = np.where(radius > AWAY, 30, -700) + np.random.default_rng(number).normal(0, 8, GRID.shape)
        write_volume(tmp_path / f"{number}.nii.gz", hu.astype(np.int16), GRID)
        write_mask(tmp_path / f"{number}_roi.nii.gz", Mask(radius > AWAY, GRID))
        lines.append(f"p{number},{number}.nii.gz,{number}_roi.nii.gz,{number + 1},1")
    (tmp_path / "cohort.csv").write_text("\n".join(lines) + "\n")
    out = tmp_path / "stability.csv"
    arguments = [str(tmp_path / "cohort.csv"), str(out), "--draws", "1", "--workers", "1"]
    assert main([*arguments, "--leave-out", "p3"]) == 0
    assert "3 patients, each measured 2 times" in capsys.readouterr().out
    with out.open() as file:
        known = {row["feature"]: row["icc"] for row in csv.DictReader(file)}
    assert len(known) == 851
    assert float(known["original_shape_Sphericity"]) <= 1
    volume, grain = (
        float(known[name]) for name in ("original_shape_VoxelVolume", "wavelet-HHH_firstorder_Mean")
    )
    assert volume > grain
    between = (volume + grain) / 2
    steadier = {name for name, told in known.items() if told and float(told) >= between}
    assert {"original_shape_VoxelVolume"} <= steadier < known.keys() - {"wavelet-HHH_firstorder_Mean"}
    assert stable_features(out, between) == steadier


def test_a_table_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "stability.csv"
    path.write_text("feature,icc\noriginal_x,high\n")
    with pytest.raises(InputError, match="line 2: 'high' is not a number"):
        stable_features(path, 0.8)
