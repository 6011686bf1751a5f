"""Which files a case is made of, and when their contents are believed to be known."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from training.preparation.inputs import ContentIndex, digest, hash_file, image_files, roi_files


def names(path: Path) -> list[str]:
    return sorted(file.name for file in image_files(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A series of four slices, the last in a folder below, beside things that are not read."""
    volume = Volume(np.zeros((4, 3, 3), np.int16), Geometry((3, 3, 4), (1.0, 1.0, 1.0)))
    paths = write_ct_series(tmp_path / "ct", volume, patient_id="p")
    (tmp_path / "ct" / "below").mkdir()
    paths[3].rename(tmp_path / "ct" / "below" / "four")
    (tmp_path / "ct" / "._slice-0001.dcm").write_bytes(b"of a file browser")
    (tmp_path / "ct" / "gone").symlink_to(tmp_path / "nowhere")
    return tmp_path / "ct"


def test_a_folder_stands_for_all_below_it(folder: Path) -> None:
    slices = ["slice-0001.dcm", "slice-0002.dcm", "slice-0003.dcm"]
    assert names(folder) == ["below/four", *slices]
    # A single slice stands for those beside it.
    assert [name for name in names(folder / "slice-0002.dcm") if name.startswith("slice")] == slices
    # As a ROI it would be itself.
    assert [file.path for file in roi_files(folder / "slice-0002.dcm")] == [str(folder / "slice-0002.dcm")]


def test_one_file_goes_without_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.nii.gz").touch()
    (tmp_path / "b.nrrd").touch()
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("x", "y")
    assert names(tmp_path / "a.nii.gz") == [".nii.gz"]
    assert names(tmp_path / "c.zip") == [""]
    # The voxels of a detached header lie in some other file.
    (tmp_path / "d.mhd").touch()
    assert names(tmp_path / "d.mhd") == ["a.nii.gz", "b.nrrd", "c.zip", "d.mhd"]
    with pytest.raises(InputError, match="there is no file or folder"):
        image_files(tmp_path / "gone")


def test_names_and_contents_make_the_digest(folder: Path, tmp_path: Path) -> None:
    def of(path: Path) -> str:
        files = image_files(path)
        return digest(files, {file.path: hash_file(file.path) for file in files})

    before = of(folder)
    moved = folder.rename(tmp_path / "moved")
    assert of(moved) == before
    (moved / "slice-0001.dcm").rename(moved / "slice-0005.dcm")
    assert of(moved) != before


def test_only_files_that_are_as_they_were_are_known(tmp_path: Path) -> None:
    path, index = tmp_path / "a.nii", ContentIndex(tmp_path / "index.json")
    path.write_bytes(b"one")

    (file,) = image_files(path)
    hashes = {str(path): hash_file(str(path))}
    # It was written just now.
    assert not file.rested
    index.remember([file], hashes)
    assert not index.known
    index.remember([replace(file, rested=True)], hashes)
    index.write()
    again = ContentIndex.read(index.path)
    assert again.lookup(image_files(path)) == hashes
    # The same size and time of change, but the time when that was set tells.
    stat = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert again.lookup(image_files(path)) == {}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"schema": 2, "files": {}}', '{"schema": 1, "files": {"a": [1]}}']
)
def test_an_index_that_can_t_be_understood_is_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "index.json"
    path.write_text(text)
    assert ContentIndex.read(path).known == {}
    path.write_text(json.dumps({"schema": 1, "files": {"a": [1, 2, 3, 4, "f"]}}))
    assert ContentIndex.read(path).known == {"a": ((1, 2, 3, 4), "f")}
