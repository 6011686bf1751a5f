"""Two series held together through patient space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from grids import make_grid, study_on

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.core.imaging.windows import Window
from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Framing, Layout

THICK = Geometry((40, 40, 20), (2.0, 2.0, 5.0), (-40.0, -40.0, 0.0))
THIN = Geometry((100, 100, 100), (1.0, 1.0, 1.0), (-50.0, -50.0, 10.0))


def study_in(grid: Geometry, frame: str) -> Study:
    study = study_on(grid)
    return Study(replace(study.info, frame_of_reference_uid=frame), study.volume)


@pytest.fixture
def comparison() -> Comparison:
    session = Session()
    session.show(study_in(THICK, "1.2.3"))
    return Comparison(session)


def test_the_same_frame_of_reference_is_the_same_place(comparison: Comparison) -> None:
    comparison.show(study_in(THIN, "1.2.3"))
    assert comparison.shares_frame
    assert comparison.main.viewports.layout is Layout.COMPARE
    comparison.main.viewports.go_to_slice(Plane.AXIAL, 7)
    assert comparison.other.viewports.crosshair_mm[2] == pytest.approx(35.0)
    # 35 mm is slice 25 of the thin series: scrolling it moves the thick one too.
    assert comparison.other.viewports.slice_of(Plane.AXIAL) == 25
    comparison.other.viewports.go_to_slice(Plane.AXIAL, 35)
    assert comparison.main.viewports.slice_of(Plane.AXIAL) == 9
    assert comparison.main.viewports.crosshair_mm[2] == pytest.approx(45.0)


def test_other_frames_begin_with_the_middles_and_can_be_linked_by_hand(comparison: Comparison) -> None:
    comparison.show(study_in(THIN, "9.9"))
    assert not comparison.shares_frame
    assert comparison.offset_mm == pytest.approx(THIN.centre_mm - THICK.centre_mm)
    assert not comparison.linked_by_hand
    comparison.link(False)
    before = comparison.other.viewports.crosshair_mm
    comparison.main.viewports.go_to_slice(Plane.AXIAL, 4)
    assert comparison.other.viewports.crosshair_mm == pytest.approx(before)
    comparison.link(True)
    assert comparison.linked_by_hand
    comparison.main.viewports.go_to_slice(Plane.AXIAL, 6)
    assert comparison.other.viewports.crosshair_mm - before == pytest.approx([0, 0, 10])


def test_window_and_slab_are_shared_and_not_while_unlinked(comparison: Comparison) -> None:
    comparison.show(study_in(THIN, "1.2.3"))
    one, two = comparison.main.viewports, comparison.other.viewports
    one.window, one.inverted = Window(1500, -600), True
    assert (two.window, two.inverted) == (one.window, True)
    two.slab = Slab(Projection.MAXIMUM, 12)
    assert one.slab == two.slab
    comparison.link(False)
    one.window = Window(80, 40)
    assert two.window == Window(1500, -600)


def test_zoom_and_pan_are_shared_in_millimetres(comparison: Comparison) -> None:
    comparison.show(study_in(THIN, "1.2.3"))
    one, two = comparison.main.viewports, comparison.other.viewports
    # Views of 200 pixels: a field of view of 80 mm and one of 100 mm.
    one.tell_fit(Plane.AXIAL, 0.4)
    two.tell_fit(Plane.AXIAL, 0.5)
    one.set_framing(Plane.AXIAL, Framing(2.0, (10.0, 4.0)))
    assert pytest.approx(0.5 / two.framing(Plane.AXIAL).zoom) == 0.4 / 2.0
    centres = THICK.centre_mm - THIN.centre_mm
    # Screen up is anterior, which is negative in LPS.
    assert two.framing(Plane.AXIAL).pan_mm == pytest.approx((10 + centres[0], 4 - centres[1]))
    # And back to where it was, to the last bit that matters.
    two.set_framing(Plane.AXIAL, replace(two.framing(Plane.AXIAL), zoom=5.0))
    assert one.framing(Plane.AXIAL).zoom == pytest.approx(4.0)
    assert one.framing(Plane.AXIAL).pan_mm == pytest.approx((10, 4))


def test_another_case_ends_the_comparison(comparison: Comparison) -> None:
    comparison.show(study_in(THIN, "1.2.3"))
    comparison.main.show(study_on(make_grid(np.eye(3), (9, 9, 9))))
    assert comparison.other.study is None
    assert comparison.main.viewports.layout is Layout.ONE_AND_THREE


def test_a_series_that_ends_says_so_and_is_scrolled_by_steps(comparison: Comparison) -> None:
    """THICK goes from 0 to 95 mm in steps of 5, THIN from 10 to 109 in steps of 1."""
    comparison.show(study_in(THIN, "1.2.3"))
    one, two = comparison.main.viewports, comparison.other.viewports
    one.go_to_slice(Plane.AXIAL, 0)
    assert two.slice_of(Plane.AXIAL) == 0
    assert two.ends_before(Plane.AXIAL)
    assert not two.ends_before(Plane.CORONAL)
    assert not one.ends_before(Plane.AXIAL)
    # A step in the one that has ended is a step of the place, not a leap to its end.
    two.scroll(Plane.AXIAL, 3)
    assert one.crosshair_mm[2] == pytest.approx(3.0)
    assert two.ends_before(Plane.AXIAL)
    # In another plane the place stays as high as it was.
    two.scroll(Plane.CORONAL, 2)
    assert one.crosshair_mm[2] == pytest.approx(3.0)
    assert two.ends_before(Plane.AXIAL)
    two.scroll(Plane.AXIAL, 7)
    assert (one.crosshair_mm[2], two.crosshair_mm[2]) == pytest.approx((10.0, 10.0))
    assert not two.ends_before(Plane.AXIAL)
    # The other way round, and no further than the longer one goes.
    two.go_to_slice(Plane.AXIAL, 99)
    assert one.ends_before(Plane.AXIAL)
    one.scroll(Plane.AXIAL, 1)
    assert (one.place_mm[2], two.crosshair_mm[2]) == pytest.approx((109.0, 109.0))
    one.scroll(Plane.AXIAL, -1)
    assert two.crosshair_mm[2] == pytest.approx(104.0)
    # A place that is clicked is that place.
    one.move_crosshair(one.crosshair_mm)
    assert two.crosshair_mm[2] == pytest.approx(95.0)
    two.go_to_slice(Plane.AXIAL, 99)
    comparison.link(False)
    assert not one.ends_before(Plane.AXIAL)


@pytest.mark.parametrize("before", [Layout.FOUR, Layout.ONE_AND_THREE])
def test_after_a_comparison_the_layout_is_the_one_before(comparison: Comparison, before: Layout) -> None:
    viewports = comparison.main.viewports
    viewports.layout = before
    comparison.show(study_in(THIN, "1.2.3"))
    comparison.show(None)
    assert viewports.layout is before
    comparison.show(study_in(THIN, "1.2.3"))
    comparison.main.show(study_on(make_grid(np.eye(3), (9, 9, 9))))
    assert viewports.layout is before
