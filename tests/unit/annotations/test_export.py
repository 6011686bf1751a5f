"""Measures as CSV and as a DICOM structured report, read back."""

from __future__ import annotations

import csv
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest

from ctprog_gui.core.annotations.annotation import Annotation, Kind
from ctprog_gui.core.annotations.structured_report import write_report
from ctprog_gui.core.annotations.table import COLUMNS, write_table
from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.dicom.reference import image_reference
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError

GRID = Geometry((40, 40, 8), (1.0, 1.0, 2.5), (-20.0, -20.0, 100.0))


@pytest.fixture
def volume() -> Volume:
    z, y, x = np.indices(GRID.shape)
    return Volume((10 * z + y - x).astype(np.int16), GRID)


@pytest.fixture
def measures() -> list[Annotation]:
    stack = PlaneOfVolume(GRID, Plane.AXIAL)
    normal, axis = tuple(stack.towards_viewer_lps), tuple(stack.right_lps)

    def on(kind: Kind, *points: tuple[float, float]) -> Annotation:
        blank = Annotation(kind, Plane.AXIAL, (), normal, axis, f"Müller {kind.value}")
        return blank.with_points([(x, y, 105.0) for x, y in points])

    return [
        on(Kind.LENGTH, (0, 0), (6, 8)),
        on(Kind.ANGLE, (5, 0), (0, 0), (0, 5)),
        on(Kind.BIDIRECTIONAL, (-4, 0), (4, 0), (0, -3), (0, 2)),
        on(Kind.ELLIPSE, (-6, -3), (6, 3)),
        on(Kind.RECTANGLE, (-5, -5), (5, 5)),
        on(Kind.POLYLINE, (0, 0), (3, 4), (3, 8)),
        on(Kind.PROBE, (2, 3)),
    ]


def test_a_table_has_a_row_a_measure(measures: list[Annotation], volume: Volume, tmp_path: Path) -> None:
    write_table(tmp_path / "out.csv", measures, volume)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["kind"] for row in rows] == [m.kind.value for m in measures]
    assert {row["slice"] for row in rows} == {"3"}
    assert float(rows[0]["length_mm"]) == 10
    assert float(rows[1]["angle_degrees"]) == 90
    assert (float(rows[2]["length_mm"]), float(rows[2]["perpendicular_mm"])) == (8, 5)
    # Voxel (22, 23, 2): 20 + 23 - 22.
    assert float(rows[6]["mean_hu"]) == 21
    assert rows[0]["points_lps_mm"] == "0.000 0.000 105.000; 6.000 8.000 105.000"


def test_a_report_says_the_same_numbers_at_the_same_places(
    measures: list[Annotation], volume: Volume, tmp_path: Path
) -> None:
    write_ct_series(tmp_path / "ct", volume, patient_id="P1")
    (series,) = open_path([tmp_path / "ct"])
    reference = image_reference(series)
    write_report(tmp_path / "sr.dcm", measures, volume, reference)

    read = hd.sr.srread(tmp_path / "sr.dcm")
    assert read.SOPClassUID == pydicom.uid.Comprehensive3DSRStorage
    images = pydicom.dcmread(next((tmp_path / "ct").rglob("*.dcm")))
    assert read.StudyInstanceUID == images.StudyInstanceUID
    assert read.PatientID == images.PatientID
    # The measures lie on one slice, and that is the evidence.
    (study,) = read.CurrentRequestedProcedureEvidenceSequence
    (of_series,) = study.ReferencedSeriesSequence
    assert of_series.SeriesInstanceUID == images.SeriesInstanceUID
    assert [i.ReferencedSOPInstanceUID for i in of_series.ReferencedSOPSequence] == [reference.images[2][1]]

    groups = read.content.get_image_measurement_groups()
    said = {}
    for group in groups:
        name = group.tracking_identifier
        said[name.split()[1]] = [(m.name.meaning, m.value, m.unit.value) for m in group.get_measurements()]
    assert said["length"] == [("Length", 10.0, "mm")]
    assert said["angle"] == [("Angle", pytest.approx(90.0), "deg")]
    assert said["bidirectional"] == [("Long axis", 8.0, "mm"), ("Short axis", 5.0, "mm")]
    assert said["polyline"] == [("Path length", 9.0, "mm")]
    assert said["probe"] == [("Attenuation Coefficient", 21.0, "[hnsf'U]")]
    regions = read.content.get_planar_roi_measurement_groups()
    said = {r.tracking_identifier.split()[1]: r for r in regions}
    assert said["rectangle"].get_measurements()[0].value == 100.0
    corners = said["rectangle"].roi.value
    assert corners[0] == pytest.approx([-5, -5, 105])
    assert said["rectangle"].roi.frame_of_reference_uid == reference.frame_of_reference_uid
    ellipse = said["ellipse"]
    assert ellipse.get_measurements()[0].value == pytest.approx(np.pi * 18)
    # Major axis first, 12 mm, then the minor one, 6 mm.
    ends = ellipse.roi.value
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(12)
    assert np.linalg.norm(ends[3] - ends[2]) == pytest.approx(6)


def test_a_report_needs_a_measure_and_dicom_images(
    measures: list[Annotation], volume: Volume, tmp_path: Path
) -> None:
    write_ct_series(tmp_path / "ct", volume, patient_id="P1")
    (series,) = open_path([tmp_path / "ct"])
    reference = image_reference(series)
    with pytest.raises(InputError, match="no measure"):
        write_report(tmp_path / "sr.dcm", [], volume, reference)
    outside = measures[6].with_points([(500, 0, 105)])
    with pytest.raises(InputError, match="outside"):
        write_report(tmp_path / "sr.dcm", [outside], volume, reference)
    assert not (tmp_path / "sr.dcm").exists()
