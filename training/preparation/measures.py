"""What the encoder of ROIs is taught to measure of a slice: the ROI, what surrounds it, the whole.

All are read off image and ROI alone, after a light smoothing (σ = 1 mm) that keeps the scanner's
noise, and with it the hospital, out of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEASURES = (
    "roi_diameter_mm",
    "roi_compactness",
    "roi_mean_hu",
    "roi_sd_hu",
    "roi_p10_hu",
    "roi_median_hu",
    "roi_p90_hu",
    "roi_fat_share",
    "roi_air_share",
    "roi_soft_share",
    "roi_enhancing_share",
    "roi_soft_mean_hu",
    "roi_soft_sd_hu",
    "roi_gradient_fine",
    "roi_gradient_coarse",
    "roi_texture_fine",
    "roi_texture_coarse",
    "edge_gradient",
    "rim_mean_hu",
    "rim_sd_hu",
    "rim_air_share",
    "rim_soft_share",
    "surround_mean_hu",
    "surround_sd_hu",
    "surround_air_share",
    "surround_soft_share",
    "surround_fat_share",
    "slice_air_share",
    "slice_soft_share",
    "slice_fat_share",
    "slice_bone_share",
    "slice_mean_hu",
    "slice_sd_hu",
    "slice_emphysema_share",
)
# A ROI of fewer pixels in a slice says little of its HU.
LEAST_AREA_MM2 = 20.0
_RIM_MM, _SURROUND_MM = 3.0, 10.0
_WINDOW = (-1000.0, 400.0)


@dataclass(frozen=True, eq=False)
class SliceMeasures:
    """Measures of some slices: `values` is (slice, measure), standardised and clipped at 4 SD;
    `patient` and `slice` tell which image and which of its slices each row is of."""

    values: NDArray[np.float32]
    patient: NDArray[np.int64]
    slice: NDArray[np.int64]


def measure_cohort(
    images: Sequence[tuple[NDArray[np.int16], NDArray[np.bool_]]], spacing_mm: float
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """All slices with enough ROI: raw measures (slice, measure), the image's number, the slice's."""
    values, patient, slices = [], [], []
    for number, (hu, roi) in enumerate(images):
        area = roi.sum(axis=(1, 2)) * spacing_mm**2
        for k in np.flatnonzero(area >= LEAST_AREA_MM2):
            values.append(measure_slice(hu[k], roi[k], spacing_mm))
            patient.append(number)
            slices.append(int(k))
    table = np.array(values).reshape(-1, len(MEASURES))
    return table, np.array(patient, dtype=np.int64), np.array(slices, dtype=np.int64)


def standardised(values: Floats, counted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Zero mean and unit SD over the rows that count, clipped at 4 SD."""
    mean, spread = values[counted].mean(axis=0), values[counted].std(axis=0)
    standard = (values - mean) / np.where(spread > 0, spread, 1.0)
    clipped: NDArray[np.float32] = np.clip(standard, -4, 4).astype(np.float32)
    return clipped


def measure_slice(hu: NDArray[np.int16], roi: NDArray[np.bool_], spacing_mm: float) -> Floats:
    """The measures of one slice, in the order of `MEASURES`; the ROI must not be empty."""
    from scipy import ndimage

    raw = hu.astype(np.float32)
    smooth = ndimage.gaussian_filter(raw, 1.0 / spacing_mm)
    image = np.clip(smooth, *_WINDOW)
    outside = ndimage.distance_transform_edt(~roi, sampling=spacing_mm)
    inside = ndimage.distance_transform_edt(roi, sampling=spacing_mm)
    rim = (outside > 0) & (outside <= _RIM_MM)
    surround = (outside > _RIM_MM) & (outside <= _SURROUND_MM)
    edge = (outside <= 1.5 * spacing_mm) & (inside <= 1.5 * spacing_mm)
    area = np.count_nonzero(roi) * spacing_mm**2
    outline = np.count_nonzero(roi & ~ndimage.binary_erosion(roi)) * spacing_mm
    clipped, soft_window = np.clip(raw, *_WINDOW), np.clip(raw, -200, 300)
    fine = ndimage.gaussian_gradient_magnitude(clipped, 1.5 / spacing_mm)
    coarse = ndimage.gaussian_gradient_magnitude(clipped, 3.0 / spacing_mm)
    blobs_fine = ndimage.gaussian_laplace(soft_window, 1.5 / spacing_mm)
    blobs_coarse = ndimage.gaussian_laplace(soft_window, 3.0 / spacing_mm)
    tumour = image[roi]
    soft_tumour = np.clip(tumour, -100, 200)
    values = [
        2 * np.sqrt(area / np.pi),
        np.sqrt(area) / outline,
        tumour.mean(),
        tumour.std(),
        *np.percentile(tumour, [10, 50, 90]),
        _share(tumour, -150, -30),
        _share(tumour, -np.inf, -500),
        _share(tumour, 0, 100),
        _share(tumour, 80, np.inf),
        soft_tumour.mean(),
        soft_tumour.std(),
        fine[roi].mean(),
        coarse[roi].mean(),
        blobs_fine[roi].std(),
        blobs_coarse[roi].std(),
        fine[edge].mean() if edge.any() else fine[roi].mean(),
        *_around(image[rim])[:4],
        *_around(image[surround]),
        _share(image, -np.inf, -500),
        _share(image, -50, np.inf),
        _share(image, -150, -30),
        _share(image, 200, np.inf),
        image.mean(),
        image.std(),
        _share(image, -np.inf, -900),
    ]
    return np.array(values, dtype=np.float64)


def _around(part: NDArray[np.float32]) -> list[float]:
    """Mean, SD, and shares of air, soft tissue and fat; zeros where the ROI fills the slice."""
    if part.size == 0:
        return [0.0] * 5
    shares = [_share(part, -np.inf, -500), _share(part, -50, np.inf), _share(part, -150, -30)]
    return [float(part.mean()), float(part.std()), *shares]


def _share(part: NDArray[np.float32], low: float, high: float) -> float:
    return float(np.count_nonzero((part > low) & (part < high)) / part.size)
