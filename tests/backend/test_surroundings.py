"""A tumour's wavelet features know what lies around it; those of the image itself don't."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ctprog_gui.core.phantom.case import CaseParameters, make_cube
from ctprog_gui.core.radiomics.extraction import extract
from training.radscore.painted import painted_over


def test_only_wavelet_bands_tell_twins_apart_that_differ_around_the_tumour() -> None:
    plain = CaseParameters(volume_mm3=6000, texture_hu=30)
    one, other = (
        make_cube(replace(plain, ring_hu=ring), 7, voxels=48, spacing_mm=1.75) for ring in (0.0, 150.0)
    )
    roi = one.roi
    assert np.array_equal(roi.voxels, other.roi.voxels)
    # The phantom itself keeps the region as it is: no value inside it knows the ring.
    assert np.array_equal(one.volume.voxels[roi.voxels], other.volume.voxels[roi.voxels])
    assert not np.array_equal(one.volume.voxels, other.volume.voxels)
    first, second = (extract(case.volume, roi) for case in (one, other))
    differ = {name for name in first if first[name] != second[name]}
    assert not any(name.startswith("original_") for name in differ)
    assert len(differ) > 500
    first, second = (extract(painted_over(case.volume, roi), roi) for case in (one, other))
    np.testing.assert_equal(list(first.values()), list(second.values()))
