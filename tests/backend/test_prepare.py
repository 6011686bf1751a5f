"""Preparing a cohort: what is kept, what is made anew, and what happens when something goes wrong."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.errors import InputError
from training.__main__ import main
from training.preparation.case import case_path, read_prepared
from training.preparation.cohort import prepare_cases
from training.preparation.cubes import CubeMethod, prepare_cubes
from training.preparation.images import prepare_cohort
from training.prepare import CONFIGS, read_method

SIDE = 24
LONG_AGO_NS = 1_600_000_000 * 10**9


def write_cases(folder: Path, count: int, *, slow: bool = False) -> Path:
    """A cohort of small noisy images with a round ROI each; changed long ago, by their times."""
    side = 96 if slow else SIDE
    geometry = Geometry((side,) * 3, (2.0, 2.0, 3.0))
    distance = np.linalg.norm(np.indices((side,) * 3) - side / 2, axis=0)
    lines = ["patient_id,image,roi,time_months,event"]
    for number in range(count):
        rng = np.random.default_rng(number)
        hu = rng.normal(-600, 200, (side,) * 3).astype(np.int16)
        write_volume(folder / f"images/{number}.nii.gz", hu, geometry)
        write_mask(folder / f"rois/{number}.nii.gz", Mask(distance < 3 + number % 3, geometry, "GTV-1"))
        lines.append(f"p{number},images/{number}.nii.gz,rois/{number}.nii.gz,{number + 1},{number % 2}")
    age(folder)
    table = folder / "cohort.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table


def age(folder: Path) -> None:
    """As if changed long ago. The time of the last change of the facts can't be set: tests wait for it."""
    for path in folder.rglob("*.nii.gz"):
        os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cases(tmp_path_factory.mktemp("cohort"), 6)


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(read_method_json()), encoding="utf-8")
    return path


def read_method_json() -> dict[str, object]:
    return {
        "kind": "roi_cube",
        "side": 20,
        "spacing_mm": 2.0,
        "hu_windows": [[-1000, 400]],
        "keep_within_mm": 5.0,
    }


def prepare(table: Path, recipe: Path, out: Path, workers: int = 1) -> int:
    arguments = ["prepare", str(table), "--recipe", str(recipe), "--out", str(out)]
    return main([*arguments, "--workers", str(workers)])


def cases(out: Path) -> dict[str, int]:
    """Name and time of each case that is kept."""
    return {path.name: path.stat().st_mtime_ns for path in (out / "cases").rglob("[!.]*.npz")}


def test_a_second_run_makes_nothing_and_reads_nothing(
    table: Path,
    recipe: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Files changed just now are hashed again, so that a change right after is not missed.
    monkeypatch.setattr("training.preparation.inputs._FRESH_NS", 0)
    out = tmp_path / "out"
    assert prepare(table, recipe, out) == 0
    assert "6 patients, 6 of them prepared now" in capsys.readouterr().out
    before = cases(out)

    def fail(path: str) -> str:
        raise AssertionError(f"{path} was read again")

    monkeypatch.setattr("training.preparation.case.hash_file", fail)
    assert prepare(table, recipe, out) == 0
    assert "6 patients, 0 of them prepared now" in capsys.readouterr().out
    assert cases(out) == before
    report = json.loads((out / "prepared.json").read_text())
    assert [line["patient_id"] for line in report["patients"]] == [f"p{n}" for n in range(6)]
    assert {f"{line['key']}.npz" for line in report["patients"]} == set(before)


def test_the_content_names_a_case(table: Path, recipe: Path, tmp_path: Path) -> None:
    """A cohort that was moved is found again; a changed voxel or region makes one case anew."""
    out, moved = tmp_path / "out", tmp_path / "moved"
    assert prepare(table, recipe, out) == 0
    before = cases(out)
    shutil.copytree(table.parent, moved)
    assert prepare(moved / "cohort.csv", recipe, out) == 0
    assert cases(out) == before
    shutil.copy(moved / "rois" / "1.nii.gz", moved / "rois" / "3.nii.gz")
    assert prepare(moved / "cohort.csv", recipe, out) == 0
    assert len(set(cases(out)) - set(before)) == 1
    # The same patients by another recipe share nothing.
    recipe.write_text(json.dumps(read_method_json() | {"side": 18}))
    assert prepare(table, recipe, out) == 0
    assert len(cases(out)) == 6 + 1 + 6


def test_a_change_within_the_clock_s_grain_is_seen(table: Path, recipe: Path, tmp_path: Path) -> None:
    """Same size, same times: only files that have rested are believed to be unchanged."""
    out, folder = tmp_path / "out", tmp_path / "cohort"
    shutil.copytree(table.parent, folder)
    for path in folder.rglob("*.nii.gz"):
        os.utime(path)
    assert prepare(folder / "cohort.csv", recipe, out) == 0
    index = json.loads((out / "index.json").read_text())["files"] if (out / "index.json").exists() else {}
    assert not any(str(folder) in path for path in index)


def test_workers_make_what_one_process_makes(table: Path, recipe: Path, tmp_path: Path) -> None:
    assert prepare(table, recipe, tmp_path / "one") == 0
    assert prepare(table, recipe, tmp_path / "two", workers=2) == 0
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / n / "cases").rglob("*.npz")} for n in ("one", "two")
    )
    assert one == two
    assert len(one) == 6


def test_a_fit_finds_what_was_prepared(
    table: Path, recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prepare(table, recipe, tmp_path / "out") == 0
    method = read_method(str(recipe))
    assert isinstance(method, CubeMethod)

    def fail(self: CubeMethod, row: object) -> None:
        raise AssertionError("prepared again")

    monkeypatch.setattr(CubeMethod, "prepare", fail)
    cubes = prepare_cubes(read_cohort(table), method.recipe, images_are_cubes=False, cache=tmp_path / "out")
    assert [cube is not None and int(cube.roi.sum()) > 0 for cube in cubes] == [True] * 6
    assert cubes[0] is not None
    assert cubes[0].cube.hu.dtype == np.int16
    assert cubes[0].cube.share.sum() == pytest.approx(20)


def test_a_damaged_case_is_made_again(table: Path, recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert prepare(table, recipe, out) == 0
    path = sorted((out / "cases").rglob("*.npz"))[0]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    method = read_method(str(recipe))
    assert isinstance(method, CubeMethod)
    prepare_cubes(read_cohort(table), method.recipe, images_are_cubes=False, cache=out)
    assert path.read_bytes() == whole


def test_every_patient_that_cannot_be_used_is_named(
    table: Path, recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cohort"
    shutil.copytree(table.parent, folder)
    (folder / "images/2.nii.gz").write_bytes(b"no image")
    side = (SIDE,) * 3
    hu = np.zeros(side, np.float32)
    hu[3, 4, 5] = np.nan
    write_volume(folder / "images/4.nii.gz", hu, Geometry(side, (2.0, 2.0, 3.0)))
    assert prepare(folder / "cohort.csv", recipe, tmp_path / "out") == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "line 4, patient p2: " in error
    assert "line 6, patient p4: " in error
    assert "not a finite number" in error or "not finite" in error
    # The others are there, and stand in the report beside the two.
    assert len(cases(tmp_path / "out")) == 4
    report = json.loads((tmp_path / "out" / "prepared.json").read_text())
    assert [line["line"] for line in report["patients"] if "failure" in line] == [4, 6]
    with pytest.raises(InputError, match="line 4, patient p2"):
        prepare_cohort(read_cohort(folder / "cohort.csv"), read_slices(), tmp_path / "out")


def read_slices() -> object:
    from ctprog_gui.core.preprocessing.recipe import SliceRecipe

    return SliceRecipe(spacing_mm=(8, 8, 9), slice_size=(16, 16), crop="body")


def test_a_tumour_that_is_not_in_the_image_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two lungs of air; one patient's tumour lies in a lung, the other's below both."""
    geometry = Geometry((40, 40, 30), (8.0, 8.0, 8.0))
    hu = np.full(geometry.shape, -1000, np.int16)
    hu[:, 4:36, 4:36] = 40
    hu[8:28, 10:30, 7:18] = hu[8:28, 10:30, 22:33] = -850
    write_volume(tmp_path / "ct.nii.gz", hu, geometry)
    lines = ["patient_id,image,roi,time_months,event"]
    for patient, z in (("in", 15), ("below", 2)):
        roi = np.zeros(geometry.shape, bool)
        roi[z, 15:18, 10:14] = True
        write_mask(tmp_path / f"{patient}.nii.gz", Mask(roi, geometry))
        lines.append(f"{patient},ct.nii.gz,{patient}.nii.gz,1,1")
    table, recipe, out = tmp_path / "cohort.csv", tmp_path / "slices.json", tmp_path / "out"
    table.write_text("\n".join(lines))
    settings = {"spacing_mm": [8, 8, 8], "slice_size": [32, 40], "fit": "pad", "lung_mask": "threshold"}
    recipe.write_text(json.dumps(settings))
    assert prepare(table, recipe, out) == 0
    told = capsys.readouterr().out
    assert "1 of 2 patients: more than 2 % of the tumour outside the image (below)" in told
    assert "1 of 2 patients: more than 50 % of the tumour outside the lung field (below)" in told
    within, below = (line["told"] for line in json.loads((out / "prepared.json").read_text())["patients"])
    assert (within["tumour_unseen"], within["tumour_outside_lung_field"]) == (0, 0)
    assert (below["tumour_unseen"], below["tumour_outside_lung_field"]) == (1, 1)


def test_a_cube_without_or_beyond_its_tumour_is_told(
    table: Path, recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cohort"
    shutil.copytree(table.parent, folder)
    text = (folder / "cohort.csv").read_text().replace("rois/1.nii.gz", "")
    (folder / "cohort.csv").write_text(text)
    geometry = Geometry((SIDE,) * 3, (2.0, 2.0, 3.0))
    write_mask(folder / "rois/4.nii.gz", Mask(np.ones((SIDE,) * 3, bool), geometry))
    assert prepare(folder / "cohort.csv", recipe, tmp_path / "out") == 0
    told = capsys.readouterr().out
    assert "1 of 6 patients: no ROI, so no cube (p1)" in told
    assert "1 of 6 patients: the tumour reaches the faces of the cube or beyond (p4)" in told
    # Told again of cases that were there already.
    assert prepare(folder / "cohort.csv", recipe, tmp_path / "out") == 0
    assert "no ROI, so no cube (p1)" in capsys.readouterr().out
    method = read_method(str(recipe))
    assert isinstance(method, CubeMethod)
    cohort = read_cohort(folder / "cohort.csv")
    cubes = prepare_cubes(cohort, method.recipe, images_are_cubes=False, cache=tmp_path / "out")
    assert [cube is None for cube in cubes] == [n == 1 for n in range(6)]


def begin(table: Path, recipe: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "training", "prepare", str(table), "--recipe", str(recipe)]
    return subprocess.Popen(
        [*command, "--out", str(out), "--workers", "2"],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for_cases(out: Path, count: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while len(cases(out)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "nothing was prepared"
        time.sleep(0.002)


@pytest.fixture(scope="module")
def long_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cases(tmp_path_factory.mktemp("long"), 24, slow=True)


def test_after_a_kill_the_rest_is_made(long_table: Path, recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with begin(long_table, recipe, out) as process:
        wait_for_cases(out, 4, process)
        os.kill(process.pid, signal.SIGKILL)
    # The workers finish the case they are at, and end.
    wait_for_the_group(process.pid)
    before = cases(out)
    assert 4 <= len(before) < 24
    assert all(read_prepared(out, name.removesuffix(".npz")) is not None for name in before)
    found = prepare_cases(read_cohort(long_table).rows, read_method(str(recipe)), out, workers=2)
    assert found.made == 24 - len(before)
    after = cases(out)
    assert len(after) == 24
    assert {name: after[name] for name in before} == before


def wait_for_the_group(group: int) -> None:
    """Until no process is left that was started with that one."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("a worker outlived its parent")


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_stops_it(long_table: Path, recipe: Path, tmp_path: Path, times: int) -> None:
    """Once: the cases at work are finished. Twice: it ends there and then."""
    out = tmp_path / "out"
    with begin(long_table, recipe, out) as process:
        wait_for_cases(out, 2, process)
        for _ in range(times):
            # As a terminal does: to the workers too.
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.01)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error == "ctprog-train: interrupted\n"
    wait_for_the_group(process.pid)
    if times == 1:
        assert not list(out.rglob(".partial-*"))
    kept = cases(out)
    assert 2 <= len(kept) < 24
    assert all(read_prepared(out, name.removesuffix(".npz")) is not None for name in kept)


def test_a_worker_that_dies_is_told(long_table: Path, recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with begin(long_table, recipe, out) as process:
        wait_for_cases(out, 2, process)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        workers = [
            int(c) for c in children if b"preparation.worker" in Path(f"/proc/{c}/cmdline").read_bytes()
        ]
        os.kill(workers[0], signal.SIGKILL)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error.count("\n") == 1
    assert "a worker died while it prepared patient p" in error


def test_a_full_disk_ends_it_in_one_line(table: Path, recipe: Path, tmp_path: Path) -> None:
    """No file may grow beyond a size, as on a full disk; what was kept before stays usable."""
    out = tmp_path / "out"
    assert prepare(table, recipe, out) == 0
    before = cases(out)
    larger = tmp_path / "larger.json"
    larger.write_text(json.dumps(read_method_json() | {"side": 64}))
    command = [sys.executable, "-m", "training", "prepare", str(table), "--recipe", str(larger)]

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [*command, "--out", str(out), "--workers", "1"], capture_output=True, text=True, preexec_fn=limit
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot write" in done.stderr
    assert cases(out) == before
    assert not list(out.rglob(".partial-*"))


def test_ray_makes_what_one_process_makes(table: Path, recipe: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    assert prepare(table, recipe, tmp_path / "one") == 0
    command = [sys.executable, "-m", "training", "prepare", str(table), "--recipe", str(recipe)]
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    done = subprocess.run(
        [*command, "--out", "two", "--engine", "ray", "--workers", "2"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=200,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "6 patients, 6 of them prepared now" in done.stdout
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / n / "cases").rglob("*.npz")} for n in ("one", "two")
    )
    assert one == two


def test_a_cluster_that_isn_t_there_is_told_at_once(
    table: Path,
    recipe: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("ray")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("RAY_ADDRESS", address)
        arguments = ["prepare", str(table), "--recipe", str(recipe), "--out", str(tmp_path / "out")]
        assert main([*arguments, "--engine", "ray"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"cannot reach the Ray cluster at {address}" in error


def test_without_ray_it_is_said(
    table: Path,
    recipe: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    arguments = ["prepare", str(table), "--recipe", str(recipe), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--engine", "ray"]) == 1
    assert capsys.readouterr().err == (
        "ctprog-train: --engine ray needs ray: install ctprog with the extra 'cluster'\n"
    )


@pytest.mark.parametrize("config", ["phantom_slice_attention", "nsclc_slice_attention"])
@pytest.mark.parametrize(
    ("deaths", "fold", "reason"),
    [
        (9, "01" * 10, "has 9 events among 20 patients; at least 10 are needed"),
        (10, "0" * 10 + "1" * 10, "no event in fold 1"),
        (12, " " + "01" * 9 + "0", "filled for some patients and not for others"),
    ],
)
def test_a_cohort_that_is_too_small_is_refused_before_an_image_is_read(
    config: str,
    deaths: int,
    fold: str,
    reason: str,
    table: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(tmp_path / "home"))
    image, roi = table.parent / "images/0.nii.gz", table.parent / "rois/0.nii.gz"
    lines = ["patient_id,image,roi,time_months,event,fold"]
    lines += [f"p{n},{image},{roi},{n + 1},{int(n < deaths)},{fold[n]}" for n in range(20)]
    small = tmp_path / "small.csv"
    small.write_text("\n".join(lines))
    arguments = ["fit", str(CONFIGS / f"{config}.yaml"), "--cohort", str(small)]
    assert main([*arguments, "--out", str(tmp_path / "run")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert reason in error
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "home").exists()


def test_what_cannot_be_a_recipe_is_said(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.json").write_text("[1]")
    (tmp_path / "odd.json").write_text('{"kind": "roi_cube", "edge": 3}')
    for recipe, reason in (
        ("no-such", "shipped are: "),
        (str(tmp_path / "no.json"), "no.json is none"),
        (str(tmp_path / "odd.json"), "edge"),
        (str(tmp_path / "gone.json"), "cannot read the recipe"),
    ):
        assert prepare(table, Path(recipe), tmp_path / "out") == 1
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert reason in error


@pytest.mark.parametrize("name", ["phantom_slice_attention", "phantom-slice-attention"])
def test_a_shipped_configuration_goes_by_its_name(name: str) -> None:
    assert read_method(name).key.startswith("slices-")
    assert read_method(name).key != read_method(name, ["preprocessing.margin_mm=6"]).key


def test_a_case_lies_where_its_key_says(tmp_path: Path) -> None:
    assert case_path(tmp_path, "abcd") == tmp_path / "cases" / "ab" / "abcd.npz"
    assert read_prepared(tmp_path, "abcd") is None
