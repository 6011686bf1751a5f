"""What `open_path` finds in files, folders, archives and media."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from ctprog_gui.core.dicom.open_path import choose, open_path
from ctprog_gui.core.imaging.files import write_volume
from ctprog_gui.core.shared.errors import Cancelled, InputError
from ctprog_gui.core.shared.progress import Progress


def zipped(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return to


def test_a_folder_is_searched_with_all_below_it(write, volume, tmp_path):
    write(name="deep/er/ct")
    (series,) = open_path([tmp_path])
    assert series.info.slices == 5
    assert series.info.hu_range is None, "opening reads no pixels"
    read = series.read()
    assert read.voxels.dtype == np.int16
    np.testing.assert_array_equal(read.voxels, volume.voxels)
    read.geometry.require_same(volume.geometry)


def test_a_zip_gives_what_its_folder_gives(write, tmp_path):
    folder = write()
    archive = zipped(folder, tmp_path / "scan.zip")
    (one,), (other,) = open_path([folder]), open_path([archive])
    assert one.info == other.info
    np.testing.assert_array_equal(one.read().voxels, other.read().voxels)


def test_a_zip_leaves_nothing_on_disk(write, tmp_path, monkeypatch):
    archive = zipped(write(), tmp_path / "scan.zip")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    open_path([archive])[0].read()
    assert not list(scratch.iterdir())


def test_a_volume_file_in_a_zip_is_read_and_its_copy_removed(volume, tmp_path, monkeypatch):
    folder = tmp_path / "files"
    write_volume(folder / "ct.nii.gz", volume.voxels, volume.geometry)
    archive = zipped(folder, tmp_path / "scan.zip")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    (series,) = open_path([archive])
    np.testing.assert_array_equal(series.read().voxels, volume.voxels)
    assert not list(scratch.iterdir())


def test_a_single_file_stands_for_its_series(write, tmp_path):
    folder = write()
    other = write(name="other", patient="P2")
    for path in other.iterdir():
        shutil.copy(path, folder / f"other-{path.name}")
    (series,) = open_path([folder / "slice-0003.dcm"])
    assert (series.info.patient.patient_id, series.info.slices) == ("P1", 5)


def test_every_file_of_a_folder_given_by_itself_is_one_series(write, monkeypatch):
    """As when a person drops them all on the window: each header is parsed a few times, not n²."""
    from ctprog_gui.core.dicom import finding, header
    from ctprog_gui.core.dicom import open_path as module

    parsed = []

    def counting(source, opener):
        parsed.append(source)
        return header.parse_header(source, opener)

    monkeypatch.setattr(module, "parse_header", counting)
    monkeypatch.setattr(finding, "parse_header", counting)
    (series,) = open_path(sorted(write(slices=20).iterdir()))
    assert series.info.slices == 20
    assert len(parsed) == 3 * 20


def test_files_given_twice_are_read_once(write):
    folder = write()
    (series,) = open_path([folder, folder / "slice-0001.dcm"])
    assert series.info.slices == 5
    assert not series.info.anomalies


def write_medium(files: Path, to: Path) -> None:
    """A DICOM medium as PS3.10 lays it out: names of eight capitals, an index in DICOMDIR."""
    index = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    index.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    index.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["medium"])
    index.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    records = [Dataset()]
    records[0].DirectoryRecordType = "PATIENT"
    (to / "IMAGES").mkdir(parents=True)
    for number, path in enumerate(sorted(files.iterdir())):
        record = Dataset()
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = ["IMAGES", f"IM{number:06d}"]
        shutil.copy(path, to / "IMAGES" / f"IM{number:06d}")
        records.append(record)
    index.DirectoryRecordSequence = records
    index.save_as(to / "DICOMDIR", enforce_file_format=True)


def test_a_dicomdir_opens_the_files_it_lists(write, tmp_path):
    write_medium(write(), tmp_path / "medium")
    (series,) = open_path([tmp_path / "medium" / "DICOMDIR"])
    assert series.info.slices == 5
    (as_folder,) = open_path([tmp_path / "medium"])
    assert as_folder.info.slices == 5


def test_a_dicomdir_whose_files_are_gone_is_refused(write, tmp_path):
    write_medium(write(), tmp_path / "medium")
    images = (path for path in (tmp_path / "medium").rglob("*") if path.is_file())
    next(path for path in images if path.name != "DICOMDIR").unlink()
    with pytest.raises(InputError, match="lists 1 files that aren't there"):
        open_path([tmp_path / "medium" / "DICOMDIR"])


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_volume_files_are_series(volume, tmp_path, ending):
    path = tmp_path / f"ct{ending}"
    write_volume(path, volume.voxels, volume.geometry)
    (series,) = open_path([path])
    assert series.info.series_uid == path.name
    np.testing.assert_array_equal(series.read().voxels, volume.voxels)
    series.info.geometry.require_same(volume.geometry)


def test_several_series_are_told_apart_and_chosen_by_uid(write, tmp_path):
    write(name="a", seed="a")
    write(name="b", seed="b", slices=4)
    found = open_path([tmp_path])
    assert sorted(series.info.slices for series in found) == [4, 5]
    with pytest.raises(InputError, match="there are 2 series, name one"):
        choose(found, None)
    with pytest.raises(InputError, match=r"there is no series 1\.2\.3"):
        choose(found, "1.2.3")
    assert choose(found, found[1].info.series_uid) is found[1]


def test_an_rtstruct_beside_the_images_is_passed_over(write):
    folder = write()
    dataset = pydicom.dcmread(folder / "slice-0001.dcm")
    dataset.Modality = "RTSTRUCT"
    dataset.save_as(folder / "structures.dcm")
    (series,) = open_path([folder])
    assert (series.info.slices, series.info.anomalies) == (5, ())


def test_junk_is_passed_over_quietly(write):
    folder = write()
    (folder / "notes.txt").write_text("hello")
    (folder / "preview.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    (folder / "._slice-0001.dcm").write_bytes(b"AppleDouble")
    (folder / "empty").touch()
    assert open_path([folder])[0].info.anomalies == ()


def test_an_empty_folder_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match=r"no CT series or volume file in .*: it is empty"):
        open_path([tmp_path])


def test_a_folder_of_pictures_is_one_clear_error(tmp_path):
    for number in range(12):
        (tmp_path / f"{number}.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    with pytest.raises(InputError, match="12 files, none readable"):
        open_path([tmp_path])


def test_a_path_that_is_not_there_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match="there is no file or folder"):
        open_path([tmp_path / "nowhere"])


def test_a_broken_archive_is_one_clear_error(write, tmp_path):
    archive = zipped(write(), tmp_path / "scan.zip")
    archive.write_bytes(archive.read_bytes()[:3000])
    with pytest.raises(InputError, match="no readable ZIP archive"):
        open_path([archive])


def test_a_member_damaged_after_opening_is_named(write, tmp_path):
    archive = zipped(write(), tmp_path / "scan.zip")
    (series,) = open_path([archive])
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as reader:
        info = reader.getinfo("ct/slice-0002.dcm")
    start = info.header_offset + 30 + len(info.filename)
    for index in range(start + 20, start + info.compress_size):
        data[index] ^= 0x5A
    archive.write_bytes(data)
    with pytest.raises(InputError, match=r"slice-0002\.dcm"):
        series.read()


def test_cancelling_stops_the_search_at_once(write):
    folder, reports = write(), []
    progress = Progress(lambda fraction, text: (reports.append(text), progress.cancel()))
    with pytest.raises(Cancelled):
        open_path([folder], progress)
    assert len(reports) == 1


def test_cancelling_stops_reading_at_once(write):
    (series,), reports = open_path([write()]), []
    progress = Progress(lambda fraction, text: (reports.append(text), progress.cancel()))
    with pytest.raises(Cancelled):
        series.read(progress)
    assert len(reports) == 1


def test_cancelling_stops_decoding_threads(write):
    folder = write(lambda dataset, index: dataset.compress("1.2.840.10008.1.2.5"), slices=20)
    progress = Progress(lambda fraction, text: progress.cancel())
    with pytest.raises(Cancelled):
        open_path([folder])[0].read(progress)


def test_progress_rises_to_the_end(write):
    fractions = []
    (series,) = open_path([write()], Progress(lambda fraction, text: fractions.append(fraction)))
    series.read(Progress(lambda fraction, text: fractions.append(1 + fraction)))
    assert fractions == sorted(fractions)


def test_patient_texts_are_decoded_and_stay_out_of_the_listing(write):
    def edit(dataset, index):
        dataset.SpecificCharacterSet = "ISO_IR 100"
        dataset.PatientName = "Müller^Jürgen"
        dataset.PatientAge = "063Y"
        dataset.PatientSex = "M"
        dataset.StudyDate = "20240229"

    (series,) = open_path([write(edit)])
    patient = series.info.patient
    assert (patient.name, patient.age, patient.sex, patient.study_date) == (
        "Müller, Jürgen",
        "63 y",
        "M",
        "2024-02-29",
    )
    assert "ller" not in series.info.summary()
    assert "ller" not in str(series.info.to_json())
