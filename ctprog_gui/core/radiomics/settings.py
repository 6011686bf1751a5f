"""How features are extracted, as a value."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Literal, get_args

ImageKind = Literal["original", "wavelet"]
Aggregation = Literal["averaged", "merged"]
Interpolation = Literal["linear", "bspline"]
Plane = Literal["3d", "2.5d", "2d"]


@dataclass(frozen=True)
class RadiomicsSettings:
    """The defaults are those of pyradiomics 3.0.1 with original and wavelet images.

    Parameters
    ----------
    images
        On which images: the CT itself, its eight wavelet bands (coif1).
    bin_width
        Width of a grey level in HU; the first begins at the multiple of it below the smallest value.
    bin_count
        As many levels of equal width between the smallest and the largest value instead.
    bin_origin
        Where the first level begins, as IBSI 1 asks where a range is re-segmented; applies to the
        original image and a fixed width.
    resample_mm
        Spacing (x, y, z) to resample to first; 0 keeps an axis as it is. The new grid shares the
        old one's centre (IBSI 1, 2.4).
    interpolation
        Of the image when it is resampled: linear or cubic B-splines. A region is interpolated
        linearly, and holds the voxels at 0.5 and more.
    round_resampled
        Round the resampled image to whole HU.
    normalise
        Scale the image to mean 0 and standard deviation `normalise_scale` first, all of it.
    clip_normalised
        Clip what is further than so many standard deviations from the mean, after normalising.
    range_hu
        Intensities outside it do not enter first order and texture ("re-segmentation"); shape
        keeps the whole region.
    outlier_sd
        Nor do those further than so many standard deviations of the region from its mean.
    distances
        Between neighbours of GLCM, GLDM and NGTDM, in voxels by the largest of the three steps.
    plane
        ``3d``; ``2.5d``: neighbours within a slice alone, counted together over all slices;
        ``2d``: each slice by itself, features averaged over slices. The last two leave the
        wavelet along z out.
    aggregation
        Features of GLCM and GLRLM averaged over directions, or of all directions' one matrix.
    dependence
        Largest difference of grey levels that GLDM still calls dependent.
    excess_kurtosis
        Subtract 3 from the kurtosis, as IBSI defines it.
    sample_covariance
        Axis lengths of a covariance divided by n - 1, which IBSI's consensus values are of, not n.

    Raises
    ------
    ValueError
        If a value makes no sense; the message names the field.
    """

    images: tuple[ImageKind, ...] = ("original", "wavelet")
    bin_width: float = 25.0
    bin_count: int | None = None
    bin_origin: float | None = None
    resample_mm: tuple[float, float, float] | None = None
    interpolation: Interpolation = "bspline"
    round_resampled: bool = False
    normalise: bool = False
    normalise_scale: float = 1.0
    clip_normalised: float | None = None
    range_hu: tuple[float, float] | None = None
    outlier_sd: float | None = None
    distances: tuple[int, ...] = (1,)
    plane: Plane = "3d"
    aggregation: Aggregation = "averaged"
    dependence: int = 0
    excess_kurtosis: bool = False
    sample_covariance: bool = False

    def __post_init__(self) -> None:
        for name, held, may_lack in _LISTS:
            value = getattr(self, name)
            if value is None and may_lack:
                continue
            known = isinstance(value, list | tuple) and all(isinstance(one, held) for one in value)
            _require(known and not any(isinstance(one, bool) for one in value), name, value)
            object.__setattr__(self, name, tuple(value) if held is not _NUMBER else tuple(map(float, value)))
        for name, kind, may_lack in _SINGLE:
            value = getattr(self, name)
            alike = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
            _require(alike or (value is None and may_lack), name, value)
        _require(self.range_hu is None or len(self.range_hu) == 2, "range_hu", self.range_hu)
        _require(bool(self.images) and set(self.images) <= set(get_args(ImageKind)), "images", self.images)
        _require(_positive(self.bin_width), "bin_width", self.bin_width)
        _require(self.bin_count is None or 2 <= self.bin_count <= 4096, "bin_count", self.bin_count)
        _require(self.bin_origin is None or math.isfinite(self.bin_origin), "bin_origin", self.bin_origin)
        spacing = self.resample_mm or (1.0, 1.0, 1.0)
        _require(len(spacing) == 3 and all(0 <= v < 100 for v in spacing), "resample_mm", spacing)
        _require(self.interpolation in get_args(Interpolation), "interpolation", self.interpolation)
        _require(_positive(self.normalise_scale), "normalise_scale", self.normalise_scale)
        for name in ("clip_normalised", "outlier_sd"):
            value = getattr(self, name)
            _require(value is None or _positive(value), name, value)
        low, high = self.range_hu or (0.0, 1.0)
        _require(low < high, "range_hu", self.range_hu)
        near = bool(self.distances) and all(1 <= d <= 16 for d in self.distances)
        _require(near and len(set(self.distances)) == len(self.distances), "distances", self.distances)
        _require(self.plane in get_args(Plane), "plane", self.plane)
        _require(self.aggregation in get_args(Aggregation), "aggregation", self.aggregation)
        _require(self.dependence >= 0, "dependence", self.dependence)

    @property
    def in_plane(self) -> bool:
        return self.plane != "3d"

    @property
    def sees_whole_image(self) -> bool:
        """Whether features depend on how far the image reaches, beyond what wavelets see at its edge."""
        return self.normalise or self.resample_mm is not None

    def to_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RadiomicsSettings:
        """The inverse of `to_json`; an unknown key is refused, because it would be disobeyed."""
        unknown = set(value) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown radiomics setting: {', '.join(sorted(unknown))}")
        return cls(**value)

    @cached_property
    def sha256(self) -> str:
        """Hash of the settings; equal ones have equal hashes."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()


_NUMBER = int | float
# Fields that are lists and what they hold, those that are no lists, and whether they may be None.
_LISTS: tuple[tuple[str, Any, bool], ...] = (
    ("images", str, False),
    ("distances", int, False),
    ("resample_mm", _NUMBER, True),
    ("range_hu", _NUMBER, True),
)
_SINGLE: tuple[tuple[str, Any, bool], ...] = (
    *((name, _NUMBER, False) for name in ("bin_width", "normalise_scale")),
    *((name, _NUMBER, True) for name in ("bin_origin", "clip_normalised", "outlier_sd")),
    *(("bin_count", int, True), ("dependence", int, False)),
    *((name, str, False) for name in ("interpolation", "plane", "aggregation")),
    *((name, bool, False) for name in ("round_resampled", "normalise")),
    *((name, bool, False) for name in ("excess_kurtosis", "sample_covariance")),
)


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _require(holds: bool, name: str, value: object) -> None:
    if not holds:
        raise ValueError(f"the radiomics setting {name} can't be {value!r}")


DEFAULT = RadiomicsSettings()
