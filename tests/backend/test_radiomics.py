"""``ctprog-train radiomics``: a row a patient, whatever a patient's ROI is."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from tiny_run import Tiny

from ctprog_gui.core.cohort.table import PatientRow
from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.extraction import extract, feature_names
from ctprog_gui.core.radiomics.ring import peritumoural_ring
from ctprog_gui.core.radiomics.settings import DEFAULT
from training.__main__ import main
from training.preparation.case import read_case
from training.radiomics import RING, Clip, RadiomicsMethod

GRID = Geometry((16, 15, 14), (1.0, 1.0, 2.0))


@pytest.fixture
def cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five patients: two tumours, an empty ROI, one of a voxel, and none."""
    monkeypatch.setattr("training.radiomics.user_cache", lambda: tmp_path / "cache")
    away = np.linalg.norm(np.indices(GRID.shape).T - np.array([7, 7, 7]), axis=-1).T
    rois = {"a": away < 4, "b": away < 5, "empty": away < 0, "point": away < 0.5, "none": None}
    lines = ["patient_id,image,roi,time_months,event"]
    for number, (name, voxels) in enumerate(rois.items()):
        hu = np.random.default_rng(number).normal(-300, 150, GRID.shape).astype(np.int16)
        write_volume(tmp_path / f"{name}.nii.gz", hu, GRID)
        if voxels is not None:
            write_mask(tmp_path / f"{name}_roi.nii.gz", Mask(voxels, GRID, "GTV-1"))
        roi = "" if voxels is None else f"{name}_roi.nii.gz"
        lines.append(f"{name},{name}.nii.gz,{roi},{number + 1},1")
    table = tmp_path / "cohort.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table


def read(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["patient_id"]: row for row in csv.DictReader(file)}


def test_a_row_a_patient_with_features_of_tumour_and_ring(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = cohort.parent / "features.csv"
    arguments = ["radiomics", str(cohort), "--out", str(out), "--ring-mm", "3", "--workers", "1"]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "line 4, patient empty: no features, " in told
    assert "line 5, patient point: no features, the ROI is a single voxel" in told
    assert "line 6, patient none: no features, no ROI is named" in told
    assert "2 patients with features, 5 cases extracted now" in told
    rows = read(out)
    names = feature_names()
    assert list(rows) == ["a", "b", "empty", "point", "none"]
    assert list(rows["a"]) == ["patient_id", *names, *(f"ring_{name}" for name in names)]
    assert set(rows["none"].values()) == {"none", ""}
    # A point has no texture, but its surroundings do.
    assert rows["point"]["original_shape_VoxelVolume"] == ""
    assert float(rows["point"]["ring_original_shape_VoxelVolume"]) > 0
    hu = np.random.default_rng(0).normal(-300, 150, GRID.shape).astype(np.int16)
    away = np.linalg.norm(np.indices(GRID.shape).T - np.array([7, 7, 7]), axis=-1).T
    mask = Mask(away < 4, GRID)
    for prefix, one in (("", mask), ("ring_", peritumoural_ring(mask, 3.0))):
        expected = extract(Volume(hu, GRID), one)
        assert [float(rows["a"][prefix + name]) for name in names] == list(expected.values())
    # What is there is not made again, and the table comes out the same.
    before = out.read_bytes()
    assert main(arguments) == 0
    assert "2 patients with features, 0 cases extracted now" in capsys.readouterr().out
    assert out.read_bytes() == before


def test_a_series_stored_with_its_axes_reversed_has_the_same_features(cohort: Path) -> None:
    """To the head instead of to the feet, and from the patient's left: the same patient."""
    folder = cohort.parent
    x, _, z = (n - 1 for n in GRID.size)
    origin = tuple(GRID.index_to_patient([x, 0, z]))
    grid = Geometry(GRID.size, GRID.spacing_mm, origin, (-1, 0, 0, 0, 1, 0, 0, 0, -1))
    rows = [
        PatientRow(name, folder / f"{name}.nii.gz", 1.0, True, folder / f"{name}_roi.nii.gz")
        for name in ("a", "turned")
    ]
    volume, mask = read_case(rows[0])
    assert mask is not None
    write_volume(folder / "turned.nii.gz", volume.voxels[::-1, :, ::-1], grid)
    write_mask(folder / "turned_roi.nii.gz", Mask(mask.voxels[::-1, :, ::-1].copy(), grid, "GTV-1"))
    method = RadiomicsMethod(DEFAULT, 3.0)
    one, two = (method.prepare(row) for row in rows)
    for region in ("values", f"{RING}values"):
        np.testing.assert_allclose(two.arrays[region], one.arrays[region], rtol=1e-9, atol=1e-12)


def test_settings_are_obeyed_and_wrong_ones_named(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = cohort.parent / "features.csv"
    command = ["radiomics", str(cohort), "--out", str(out), "--workers", "1"]
    assert main([*command, "--set", "images=[original]", "--set", "bin_width=50"]) == 0
    assert len(read(out)["a"]) == 1 + 107
    capsys.readouterr()
    for wrong, said in (
        (["--set", "bin_width=-1"], "bin_width"),
        (["--set", "bins=8"], "unknown radiomics setting: bins"),
        (["--set", "bin_width"], "key=value"),
        (["--ring-mm", "0"], "--ring-mm"),
        (["--clip", "lungs"], "--clip is for the ring"),
    ):
        assert main([*command, *wrong]) == 1
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


def test_a_damaged_image_is_named_and_no_table_left(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cohort.parent / "b.nii.gz").write_bytes(b"no image")
    out = cohort.parent / "features.csv"
    assert main(["radiomics", str(cohort), "--out", str(out), "--set", "images=[original]"]) == 1
    assert "patient b" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        ("lungs", "no lungs are found in the image"),
        ("body", "the image of 16 × 15 mm is cut within the body"),
    ],
)
def test_a_ring_that_can_t_be_clipped_is_lost_alone_and_the_reason_told(
    cohort: Path, capsys: pytest.CaptureFixture[str], clip: str, reason: str
) -> None:
    """In a small field lung that is open to the edge was taken for the air around the patient."""
    out = cohort.parent / "features.csv"
    command = ["radiomics", str(cohort), "--out", str(out), "--workers", "1", "--ring-mm", "3"]
    assert main([*command, "--clip", clip, "--set", "images=[original]"]) == 0
    assert f"patient a: no features of the ring, {reason}" in capsys.readouterr().out
    row = read(out)["a"]
    assert float(row["original_shape_VoxelVolume"]) > 0
    assert row["ring_original_shape_VoxelVolume"] == ""


def test_a_ring_with_nothing_in_the_image_is_said_to_be_so(tmp_path: Path) -> None:
    grid = Geometry((3, 3, 3), (1.0, 1.0, 1.0))
    write_volume(tmp_path / "all.nii.gz", np.arange(27, dtype=np.int16).reshape(3, 3, 3), grid)
    write_mask(tmp_path / "all_roi.nii.gz", Mask(np.ones((3, 3, 3), bool), grid, "GTV-1"))
    row = PatientRow("all", tmp_path / "all.nii.gz", 1.0, True, tmp_path / "all_roi.nii.gz")
    prepared = RadiomicsMethod(DEFAULT, 3.0).prepare(row)
    assert prepared.about["reasons"] == {RING: "nothing of it lies within the image"}
    assert "values" in prepared.arrays


def test_a_ring_is_clipped_to_lungs_or_body(tiny: Tiny, tmp_path: Path) -> None:
    """Of a phantom's thorax: the ring has what lies in the lungs, or in the body, and no more."""
    with (tiny.folder / "cohort" / "cohort.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    volumes, voxels = {}, {}
    case = PatientRow(
        row["patient_id"],
        tiny.folder / "cohort" / row["image"],
        1.0,
        True,
        tiny.folder / "cohort" / row["roi"],
    )
    clips: tuple[Clip, ...] = ("none", "lungs", "body")
    for clip in clips:
        method = RadiomicsMethod(DEFAULT, 12.0, clip)
        volume, mask = read_case(case)
        assert mask is not None
        regions = dict(method._regions(volume, mask))
        volumes[clip], voxels[clip] = volume, regions[RING].voxels
        assert not (regions[RING].voxels & mask.voxels).any()
    assert len({RadiomicsMethod(DEFAULT, 12.0, clip).key for clip in clips}) == 3
    assert voxels["lungs"].sum() < voxels["none"].sum()
    assert voxels["lungs"].any()
    for clip in ("lungs", "body"):
        assert not (voxels[clip] & ~voxels["none"]).any()
    hu = volumes["none"].voxels
    # What the lungs' clip takes away is denser than what it leaves.
    assert np.median(hu[voxels["lungs"]]) < -500 < np.median(hu[voxels["none"] & ~voxels["lungs"]])
    assert voxels["body"].sum() >= voxels["lungs"].sum()


def test_clipping_needs_a_ring(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = cohort.parent / "features.csv"
    assert main(["radiomics", str(cohort), "--out", str(out), "--clip", "lungs"]) == 1
    assert "--clip is for the ring" in capsys.readouterr().err
    assert not out.exists()


def test_ray_extracts_what_one_process_extracts(cohort: Path) -> None:
    pytest.importorskip("ray")
    texts = []
    for engine, home in (("local", "one"), ("ray", "two")):
        out = cohort.parent / f"{engine}.csv"
        command = [sys.executable, "-m", "training", "radiomics", str(cohort), "--out", str(out)]
        environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
        environment["CTPROG_HOME"] = str(cohort.parent / home)
        environment["NUMBA_CACHE_DIR"] = numba.config.CACHE_DIR
        done = subprocess.run(
            [*command, "--engine", engine, "--workers", "1", "--set", "images=[original]"],
            capture_output=True,
            text=True,
            env=environment,
            timeout=200,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "5 cases extracted now" in done.stdout
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]
    assert texts[0].count(b"\n") == 6
