"""Making, checking, reading and reporting a session, without a window."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from reading_session import GRID, ball, read_all, small_session, write_images

from ctprog_gui.__main__ import main
from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.reading_sessions.folder import PROGRESS, SessionFolder
from ctprog_gui.core.reading_sessions.keeping import keep_roi, read_kept, save_result
from ctprog_gui.core.reading_sessions.making import AskedCase, Plan, check_session, make_session
from ctprog_gui.core.reading_sessions.report import readings_of, report
from ctprog_gui.core.roi.conversion import open_reference
from ctprog_gui.core.shared.errors import InputError

ROOT = Path(__file__).resolve().parents[3]
RADII = {"case-001": 12.0, "case-002": 16.0, "case-003": 20.0}


def drawn(name: str, case: str, repeat: int) -> Mask:
    """B draws a little wider and off; whoever reads again, wider too."""
    return ball(RADII[case] + (2.0 if name == "B" else 0.0) + repeat - 1, 2.0 if name == "B" else 0.0)


@pytest.fixture
def made(tmp_path: Path) -> SessionFolder:
    return small_session(tmp_path / "study", write_images(tmp_path / "images", 3))


def test_what_make_writes_is_what_was_asked_for(made: SessionFolder, tmp_path: Path) -> None:
    session = SessionFolder(tmp_path / "study" / "session.json").session
    assert session == made.session
    assert [case.id for case in session.cases] == list(RADII)
    assert [case.image for case in session.cases] == [f"../images/ct{n}.nii.gz" for n in range(3)]
    assert [len(reader.order) for reader in session.readers] == [4, 4]
    assert session.people == ["A", "B", "C"]
    assert check_session(made) == []
    with pytest.raises(InputError, match="there already"):
        small_session(tmp_path / "study", [])


def test_the_session_names_no_patient(tmp_path: Path) -> None:
    volume = Volume(np.zeros(GRID.shape, np.int16), GRID)
    write_ct_series(tmp_path / "images" / "ct", volume, patient_id="4711", patient_name="Roe^Jane=王^芳")
    made = small_session(tmp_path / "study", [tmp_path / "images" / "ct"], format="seg", repeat_fraction=0)
    read_all(made, "A", lambda *_: ball(12.0))
    everything = b"".join(path.read_bytes() for path in (tmp_path / "study").rglob("*") if path.is_file())
    assert b"DICM" in everything
    for told in (b"Roe", b"Jane", "王".encode(), b"4711"):
        assert any(told in path.read_bytes() for path in (tmp_path / "images").rglob("*.dcm"))
        assert told not in everything
    for told in ("RoeJane", "王芳"):
        shutil.copytree(tmp_path / "images" / "ct", tmp_path / "images" / told)
        with pytest.raises(InputError, match="the path of case 1 holds a part of the patient's name"):
            small_session(tmp_path / "other", [tmp_path / "images" / told])
    with pytest.raises(InputError, match="the session's title holds a part"):
        small_session(tmp_path / "other", [tmp_path / "images" / "ct"], title="Jane and others")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("format_", ["seg", "nifti"])
def test_a_roi_comes_back_as_it_was(tmp_path: Path, format_: str) -> None:
    made = small_session(
        tmp_path / "study", write_images(tmp_path / "images", 1), format=format_, readers=["A"]
    )
    read_all(made, "A", lambda *_: ball(13.0, 3.0))
    result = made.progress("A").results[0]
    assert np.array_equal(read_kept(made, "A", result, GRID).voxels, ball(13.0, 3.0).voxels)
    made.roi_of("A", result).write_bytes(b"another")
    with pytest.raises(InputError, match="changed since"):
        read_kept(made, "A", result, GRID)
    assert [one.what for one in check_session(made)] == ["A"]


def test_two_readers_work_on_copies_and_are_laid_side_by_side(made: SessionFolder, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "study"
    shutil.copytree(made.path, copy)
    shutil.copytree(tmp_path / "images", tmp_path / "elsewhere" / "images")
    other = SessionFolder(copy)
    read_all(made, "A", drawn)
    read_all(other, "B", drawn)
    shutil.copytree(copy / "readers" / "b", made.path / "readers" / "b")
    assert check_session(made) == []
    assert len(readings_of(made)) == 8


def test_another_image_another_session_and_another_order_are_refused(
    made: SessionFolder, tmp_path: Path
) -> None:
    read_all(made, "A", drawn, 1)
    file = made.reader_folder("A") / PROGRESS
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "session": "0" * 32}))
    with pytest.raises(InputError, match="another reading session"):
        made.progress("A")
    file.write_text(json.dumps({**told, "results": told["results"][::-1]}))
    with pytest.raises(InputError, match="not the progress of A"):
        made.progress("A")
    file.write_text(json.dumps({**told, "results": [{**told["results"][0], "roi": "../../x.dcm"}]}))
    with pytest.raises(InputError, match="roi"):
        made.progress("A")
    file.write_text("{")
    with pytest.raises(InputError, match="no JSON"):
        made.progress("A")
    shutil.copy(tmp_path / "images" / "ct1.nii.gz", tmp_path / "images" / "ct0.nii.gz")
    assert {one.what for one in check_session(made)} == {"case-001", "A"}


def test_a_reader_killed_at_any_moment_leaves_a_session_that_holds_together(
    made: SessionFolder, tmp_path: Path
) -> None:
    """A process saves readings over and over and is killed: what its progress names is whole."""
    code = (
        "import sys; sys.path.insert(0, 'tests/support')\n"
        "from pathlib import Path\n"
        "from reading_session import ball, open_reference, SessionFolder\n"
        "from ctprog_gui.core.reading_sessions.keeping import keep_roi, save_result\n"
        "folder = SessionFolder(Path(sys.argv[1]))\n"
        "series = [open_reference(folder.image_of(r.case)) for r in folder.progress('A').results]\n"
        "print('ready', flush=True)\n"
        "for turn in range(10_000):\n"
        "    progress, number = folder.progress('A'), turn % 4\n"
        "    kept = keep_roi(folder, 'A', number, ball(8 + turn % 9), series[number])\n"
        "    save_result(folder, progress, number, {'status': 'done', **kept})\n"
    )
    saved = 0
    for pause_s in np.random.default_rng(5).uniform(0.0, 0.12, 6):
        running = subprocess.Popen(
            [sys.executable, "-c", code, str(made.path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        with running:
            running.stdout.readline()
            time.sleep(pause_s)
            running.kill()
        assert check_session(made) == []
        results = made.progress("A").results
        for result in results:
            if result.status == "done":
                assert not read_kept(made, "A", result, GRID).is_empty
        saved += made.progress("A").count("done")
    assert saved > 0


def test_what_is_replaced_is_removed_and_nothing_else(made: SessionFolder) -> None:
    read_all(made, "A", drawn)
    own = {"notes.txt", "2-my-notes.nii.gz"}
    for name in own:
        (made.reader_folder("A") / name).write_text("mine")
    progress = made.progress("A")
    before = progress.results[0].roi
    series = open_reference(made.image_of(progress.results[0].case))
    progress = save_result(made, progress, 0, keep_roi(made, "A", 0, ball(9.0), series))
    files = {path.name for path in made.reader_folder("A").iterdir()}
    assert before not in files
    assert files == {*own, PROGRESS, *(result.roi for result in progress.results)}


@pytest.mark.parametrize("begun", [False, True])
def test_what_another_window_has_saved_is_not_written_over(made: SessionFolder, begun: bool) -> None:
    """Two windows of one reader, the second of which saves a stale copy."""
    if begun:
        read_all(made, "A", drawn, 1)
    here, there = made.progress("A"), SessionFolder(made.path).progress("A")
    series = [open_reference(made.image_of(result.case)) for result in here.results]
    # Each goes on from its own saves, notes between them included.
    for number in (1, 2):
        here = here.with_result(number, note="hilum?")
        kept = keep_roi(made, "A", number, ball(9.0), series[number])
        here = save_result(made, here, number, {"status": "done", **kept})
    before = {path.name: path.read_bytes() for path in made.reader_folder("A").iterdir()}
    kept = keep_roi(made, "A", 1, ball(14.0), series[1])
    with pytest.raises(InputError, match=r"^not saved: .* another window") as told:
        save_result(made, there, 1, {"status": "flagged", **kept})
    assert "\n" not in str(told.value)
    assert {path.name: path.read_bytes() for path in made.reader_folder("A").iterdir()} == before
    assert check_session(made) == []
    # Opened again, it goes on; and the first is the stale one then.
    kept = keep_roi(made, "A", 1, ball(14.0), series[1])
    save_result(made, made.progress("A"), 1, {"status": "flagged", **kept})
    (made.reader_folder("A") / PROGRESS).touch()
    with pytest.raises(InputError, match="another window"):
        made.save_progress(here)
    assert np.array_equal(read_kept(made, "A", made.progress("A").results[1], GRID).voxels, ball(14.0).voxels)


def test_the_report_compares_readers_and_each_with_himself(made: SessionFolder, tmp_path: Path) -> None:
    for name in ("A", "B"):
        read_all(made, name, drawn)
    compared, over = report(made, tmp_path / "out")
    assert [(one.first, one.second, one.cases) for one in over] == [
        ("A", "B", 3),
        ("A", "A", 1),
        ("B", "B", 1),
    ]
    case = next(one for one in compared if one.pair == ("A", "B"))
    a, b = drawn("A", case.case, 1), drawn("B", case.case, 1)
    both = np.count_nonzero(a.voxels & b.voxels)
    assert case.figures.dice == pytest.approx(2 * both / (a.count + b.count))
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {"agreement.png", "cases.csv", "overall.csv", "readings.csv"}
    with (tmp_path / "out" / "readings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows if row["reader"] == "A"] == ["done"] * 4
    assert [row["status"] for row in rows if row["reader"] == "C"] == ["not started"] * 3


def test_nothing_drawn_is_a_finding_and_counts(made: SessionFolder, tmp_path: Path) -> None:
    empty = Mask(np.zeros(GRID.shape, bool), GRID, "tumour")
    read_all(made, "A", lambda name, case, repeat: empty if case == "case-002" else drawn(name, case, repeat))
    read_all(made, "B", drawn)
    compared, over = report(made, tmp_path / "out")
    found = next(one.figures for one in compared if (one.case, *one.pair) == ("case-002", "A", "B"))
    assert (found.dice, found.hd95_mm, found.volume_a_mm3) == (0, None, 0)
    assert over[0].without_distance == 1


def test_volumes_of_bland_and_altman(tmp_path: Path) -> None:
    """Lancet 1986; 1: 307, table: peak flow by two meters, here as volumes in mm³. They print a mean
    difference of −2.1 with a standard deviation of 38.8."""
    large = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    grid = Geometry((10, 10, 10), (1.0, 1.0, 1.0))
    images = write_images(tmp_path / "images", 17, grid)
    made = small_session(tmp_path / "study", images, repeat_fraction=0.0)

    def volume(name: str, case: str, _: int) -> Mask:
        of = mini if name == "B" else large
        return Mask(np.arange(1000).reshape(grid.shape) < of[int(case[-3:]) - 1], grid, "tumour")

    read_all(made, "A", volume)
    read_all(made, "B", volume)
    _, (between,) = report(made, tmp_path / "out")
    assert between.cases == 17
    assert between.limits.bias == pytest.approx(-2.1, abs=0.05)
    assert (between.limits.upper - between.limits.lower) / (2 * 1.959964) == pytest.approx(38.8, abs=0.05)


def test_the_commands_make_tell_check_and_report(tmp_path: Path, capfd) -> None:
    images = write_images(tmp_path / "images", 3)
    table = tmp_path / "images" / "cases.csv"
    table.write_text("case,image\n" + "".join(f"k{n},{path.name}\n" for n, path in enumerate(images)))
    study = str(tmp_path / "study")
    asked = ["make", study, "--cases", str(table), "--reader", "A", "--reader", "B", "--repeat", "0.3"]
    assert main(["reading-session", *asked, "--seed", "7", "--format", "nifti"]) == 0
    assert "3 cases, 1 of them twice, for A, B" in capfd.readouterr().out
    made = SessionFolder(Path(study))
    assert main(["reading-session", "report", study, "--out", str(tmp_path / "out")]) == 1
    assert "nothing to compare" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()
    for name in ("A", "B"):
        read_all(made, name, lambda name, *_: ball(12.0 if name == "A" else 14.0), 3)
    assert main(["reading-session", "status", study, "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert [(row["name"], row["done"], row["readings"], row["seconds"]) for row in rows] == [
        ("A", 3, 4, 180.0),
        ("B", 3, 4, 180.0),
    ]
    assert main(["reading-session", "status", study]) == 0
    assert "A: 3 of 4 finished, 3 min" in capfd.readouterr().out
    assert main(["reading-session", "check", study]) == 0
    assert main(["reading-session", "report", study, "--out", str(tmp_path / "out")]) == 0
    assert "Research use only" in capfd.readouterr().out
    images[0].unlink()
    assert main(["reading-session", "check", study]) == 1
    told = capfd.readouterr().err
    assert told.count("\n") == 1
    assert "k0: there is no file" in told


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        (["status", "nowhere"], 1, "cannot read the reading session"),
        (["make", "out", "--reader", "A"], 1, "name the images"),
        (["make", "out", "--case", "nowhere.nii", "--reader", "A"], 1, "there is no file"),
        (
            ["make", "out", "--reader", "A", "--reader", "a", "--case", "x.nii"],
            1,
            "two readers have one name",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd, asked: list[str], status: int, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["reading-session", *asked]) == status
    error = capfd.readouterr().err
    assert error.count("\n") == 1
    assert told in error
    assert not (tmp_path / "out").exists()


def test_a_fraction_beyond_one_and_one_image_twice_are_refused(tmp_path: Path) -> None:
    images = write_images(tmp_path / "images", 2)
    with pytest.raises(InputError, match="repeat_fraction"):
        small_session(tmp_path / "study", images, repeat_fraction=1.5)
    shutil.copy(images[0], images[1])
    with pytest.raises(InputError, match="one image"):
        make_session(tmp_path / "study", Plan("t", [AskedCase(path) for path in images], ["A"]))
    assert not (tmp_path / "study").exists()
