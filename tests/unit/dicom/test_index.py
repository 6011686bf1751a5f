"""The index on disk: the second look gives what the first gave, and what changed is noticed."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pydicom
import pytest

from ctprog_gui.core.dicom import index as index_module
from ctprog_gui.core.dicom.index import HeaderIndex, forget_index, index_file
from ctprog_gui.core.dicom.open_path import open_path


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("CTPROG_HOME", str(tmp_path / "home"))


def look(folder):
    """What is found by way of the index, and how many files it answered for."""
    with HeaderIndex() as index:
        found = open_path([folder], parse=index.parse)
    return found, index.hits


def named(write):
    def edit(dataset, index):
        dataset.PatientName = "Herzog^Ilse"
        dataset.PatientID = "MRN-4711"
        dataset.StudyDate = "20240229"
        dataset.PatientAge = "063Y"
        dataset.SeriesDescription = "thorax of Herzog"

    return write(edit, slices=8)


def test_the_second_look_parses_one_file_and_finds_the_same(write, monkeypatch):
    folder = named(write)
    (folder / "notes.txt").write_text("not DICOM, and so it stays")
    first, hits = look(folder)
    assert hits == 0
    parsed = []
    parse = index_module.parse_header
    monkeypatch.setattr(
        index_module, "parse_header", lambda source, opener: parsed.append(source) or parse(source, opener)
    )
    second, hits = look(folder)
    assert (hits, len(parsed)) == (8, 1), "7 slices and the text file from the index; one for the patient"
    assert [one.info for one in second] == [one.info for one in first] == [open_path([folder])[0].info]
    assert second[0].info.patient.name == "Herzog, Ilse"
    assert (second[0].read().voxels == first[0].read().voxels).all()
    assert [h.position for h in second[0].stack.slices] == [h.position for h in first[0].stack.slices]


def test_it_holds_nothing_that_names_the_patient(write, tmp_path):
    look(named(write))
    held = b"".join(path.read_bytes() for path in index_file().parent.iterdir())
    for telling in (b"Herzog", b"Ilse", b"4711", b"20240229", b"063Y", b"thorax", b"slice-0001", b"/ct"):
        assert telling not in held
    assert index_file().stat().st_mode & 0o077 == 0


def test_files_that_changed_came_or_went_are_noticed(write, tmp_path):
    folder = write(slices=8)
    look(folder)
    changed, gone = folder / "slice-0002.dcm", folder / "slice-0008.dcm"
    before = changed.stat()
    dataset = pydicom.dcmread(changed)
    dataset.RescaleIntercept = -1000
    dataset.save_as(changed)
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    gone.unlink()
    shutil.copy(folder / "slice-0001.dcm", folder / "again.dcm")
    (found,), hits = look(folder)
    assert found.info == open_path([folder])[0].info
    assert found.info.slices == 7
    assert {a.code for a in found.info.anomalies} == {"duplicate_slices", "odd_rescale"}
    intercepts = {h.source.name: h.intercept for h in found.stack.slices}
    assert intercepts["slice-0002.dcm"] == -1000
    assert hits == 6, "the copy, which is new, was asked for the patient; the changed one for itself"


def test_two_patients_stay_apart(write):
    def edit(dataset, index):
        dataset.PatientID = "A" if index < 4 else "B"
        dataset.PatientName = "One" if index < 4 else "Two"

    folder = write(edit, slices=7)
    first, _ = look(folder)
    second, hits = look(folder)
    assert hits == 5
    assert [one.info for one in second] == [one.info for one in first]
    assert [one.info.patient.name for one in second] == ["One", "Two"]


@pytest.mark.parametrize("damage", ["garbage", "empty", "schema", "version", "pages", "folder"])
def test_a_damaged_index_is_made_anew_in_silence(write, damage, capsys):
    folder = write(slices=8)
    look(folder)
    path = index_file()
    if damage == "garbage":
        path.write_bytes(b"this is no database" * 100)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    elif damage == "pages":
        data = bytearray(path.read_bytes())
        data[2000:] = b"\x5a" * (len(data) - 2000)
        path.write_bytes(data)
    else:
        with sqlite3.connect(path) as table:
            table.execute("DROP TABLE files" if damage == "schema" else "UPDATE about SET version = 'old'")
        table.close()
    (found,), _ = look(folder)
    assert found.info == open_path([folder])[0].info
    assert capsys.readouterr() == ("", "")
    if damage != "folder":
        look(folder)
        assert look(folder)[1] == 7


def test_a_damaged_row_is_no_answer(write):
    """A digit that flips in a position would put a slice in the wrong place."""
    folder = write(slices=8)
    look(folder)
    with sqlite3.connect(index_file()) as table:
        table.execute("UPDATE files SET header = replace(header, '-290.0', '-291.0')")
    table.close()
    (found,), hits = look(folder)
    assert not found.info.anomalies
    assert hits == 6


def test_an_index_that_cannot_be_written_is_done_without(write, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CTPROG_HOME", str(tmp_path / "file"))
    (found,), hits = look(write())
    assert (found.info.slices, hits) == (5, 0)


def test_it_can_be_forgotten(write):
    look(write())
    forget_index()
    assert not index_file().exists()
    forget_index()
