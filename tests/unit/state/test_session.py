"""The open study and what belongs to it."""

from __future__ import annotations

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name, make_grid, study_on

from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.shared.errors import GeometryError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Framing

EYE = np.eye(3)


class FoundSeries(Series):
    def __init__(self, study: Study) -> None:
        self.info = study.info

    def read(self, progress: Progress | None = None) -> Volume:
        raise AssertionError("finding a series does not read it")


def small_mask(study: Study, name: str = "GTV-1") -> Mask:
    voxels = np.zeros(study.volume.geometry.shape, bool)
    voxels[1:3, 1:3, 1:3] = True
    return Mask(voxels, study.volume.geometry, name)


@pytest.fixture
def session() -> Session:
    made = Session()
    made.show(study_on(make_grid(EYE)))
    return made


def test_a_new_session_is_empty() -> None:
    session = Session()
    assert session.study is None
    assert session.found == ()
    session.go_to_roi()


def test_another_study_drops_what_belonged_to_the_last(session: Session) -> None:
    session.roi.add(small_mask(session.study))
    session.prognosis.put(Prediction("a", "ipes", "0" * 64, risk_score=1.0))
    session.viewports.set_framing(Plane.AXIAL, Framing(3.0))
    other = study_on(make_grid(EYE, (3, 3, 3)), name="other")
    session.show(other)
    assert session.study is other
    assert session.roi.segments == ()
    assert session.prognosis.predictions == ()
    assert session.viewports.framing(Plane.AXIAL) == Framing()
    # Regions now belong to the other grid.
    session.roi.add(small_mask(other))
    with pytest.raises(GeometryError):
        session.roi.add(small_mask(study_on(make_grid(EYE))))


def test_when_the_study_is_announced_everything_is_that_studys(session: Session) -> None:
    other = study_on(make_grid(EYE, (3, 5, 3)), name="other")
    session.roi.add(small_mask(session.study))
    seen: list[tuple[object, object, int]] = []
    session.study_changed.connect(
        lambda: seen.append((session.study, session.roi.labels, session.viewports.slice_of(Plane.CORONAL)))
    )
    session.show(other)
    assert seen == [(other, None, 2)]


def test_closing_the_study(session: Session) -> None:
    session.roi.add(small_mask(session.study))
    session.show(None)
    assert session.study is None
    assert session.roi.segments == ()
    session.go_to_roi()


def test_found_series_are_announced(session: Session) -> None:
    told: list[int] = []
    session.found_changed.connect(lambda: told.append(len(session.found)))
    session.found = (FoundSeries(study_on(make_grid(EYE))),)
    assert told == [1]


@pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS, ids=axes_name)
def test_the_crosshair_goes_to_the_largest_axial_slice_of_the_region(axes: np.ndarray) -> None:
    grid = make_grid(axes, (11, 11, 11), (2.0, 2.0, 2.0))
    study = study_on(grid)
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    apart = grid.index_to_patient(index) - grid.centre_mm
    # A cone that stands on its point: from the middle to 8 mm headwards it widens.
    height = apart[..., 2]
    inside = (height >= 0) & (height <= 8) & (np.hypot(apart[..., 0] - 2, apart[..., 1]) <= height)
    session = Session()
    session.show(study)
    session.roi.add(Mask(inside, grid, "cone"))
    session.go_to_roi()
    place = session.viewports.crosshair_mm - grid.centre_mm
    assert place[2] == pytest.approx(8.0)
    assert place[:2] == pytest.approx([2.0, 0.0], abs=1e-6)


def test_it_goes_to_the_active_region(session: Session) -> None:
    first = session.roi.add(small_mask(session.study))
    voxels = np.zeros(session.study.volume.geometry.shape, bool)
    voxels[5, 4, 3] = True
    session.roi.add(Mask(voxels, session.study.volume.geometry))
    session.go_to_roi()
    grid = session.study.volume.geometry
    assert grid.patient_to_index(session.viewports.crosshair_mm) == pytest.approx([3, 4, 5])
    session.roi.activate(first.label)
    session.go_to_roi()
    assert session.viewports.slice_of(Plane.AXIAL) == 1


def test_an_empty_region_moves_nothing(session: Session) -> None:
    session.roi.add(Mask(np.zeros(session.study.volume.geometry.shape, bool), session.study.volume.geometry))
    before = session.viewports.crosshair_mm
    session.go_to_roi()
    assert np.array_equal(session.viewports.crosshair_mm, before)


def test_a_study_has_three_planes_and_a_coarse_copy() -> None:
    study = study_on(make_grid(EYE, (300, 4, 5)))
    assert set(study.planes) == set(Plane)
    assert study.overview.levels.shape == (5, 4, 150)
    # Made once, whoever asks.
    assert study.overview is study.overview
