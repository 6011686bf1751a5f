"""Whether a case is like those a bundle was fitted on, and if not, what is unlike and by how much.

Three things are held against the cohort: single values (the ROI's volume, the height of the chest,
the spacing), the histogram of HU, and what the network sees (its features). Each has a limit that
few of the cohort's own cases pass when each is compared with the cases of the other folds; the
limits are chosen together, so that about one own case in twenty passes any of them. `fit_likeness`
of the training backend makes them. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.acquisition import Acquisition
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.shared.errors import BundleError

if TYPE_CHECKING:
    from ctprog_gui.core.inference.bundle import Bundle

Array = NDArray[np.float64]

# Bins of the histogram; what lies outside counts to the outermost ones.
HISTOGRAM_EDGES_HU = np.arange(-1000.0, 401.0, 25.0)
# A measure is named as unlike the cohort from here on, in the cohort's standard deviations.
_NAMED_FROM = 2.5

# Single values in words, with their unit and its size.
VALUES = {
    "roi_volume_mm3": ("volume of the ROI", "mL", 1000.0),
    "height_mm": ("height of the lungs", "mm", 1.0),
    "slice_spacing_mm": ("slice spacing", "mm", 1.0),
    "pixel_spacing_mm": ("pixel spacing", "mm", 1.0),
    "kvp": ("tube voltage", "kV", 1.0),
}
# What a cohort may not know of its cases: its images were published without.
_ASKED = {
    "slice_spacing_mm": "spacing",
    "kvp": "tube voltage",
    "kernels": "reconstruction kernel",
}


@dataclass(frozen=True, eq=False)
class Sight:
    """What of a case is held against the cohort.

    Parameters
    ----------
    values
        Single values by name, as in `VALUES`; others are ignored.
    histogram
        Shares of the voxels in the bins of `HISTOGRAM_EDGES_HU`, with the sum 1.
    embedding
        (feature,) what the network sees, before any head.
    kernel
        The reconstruction kernel, where the series names one.
    names
        Names of the features, where they have any.
    """

    values: Mapping[str, float]
    histogram: Array
    embedding: Array
    kernel: str | None = None
    names: tuple[str, ...] = ()

    def acquired(self, series: Geometry, acquisition: Acquisition) -> Sight:
        """The same with the spacing of the series, its tube voltage and its kernel."""
        pixel, _, between = series.spacing_mm
        values = {**self.values, "pixel_spacing_mm": pixel, "slice_spacing_mm": between}
        if acquisition.kvp is not None:
            values["kvp"] = acquisition.kvp
        return replace(self, values=values, kernel=acquisition.kernel)


@dataclass(frozen=True)
class Finding:
    """One comparison: `value` against the cohort's `low` to `high`, and whether it lies outside."""

    what: str
    value: float
    unit: str
    low: float
    high: float
    out: bool
    detail: str


@dataclass(frozen=True)
class Resemblance:
    """All comparisons of a case; `not_known` names what nobody noted of the cohort's own cases.

    `flagged_share` is the share of the cohort's own cases, out of fold, with any finding `out`.
    """

    findings: tuple[Finding, ...]
    not_known: tuple[str, ...]
    cases: int
    flagged_share: float

    @property
    def unlike(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.out)


def hu_histogram(hu: NDArray[np.number]) -> Array:
    """Shares of the values in the bins of `HISTOGRAM_EDGES_HU`."""
    edges = HISTOGRAM_EDGES_HU
    clipped = np.clip(hu, edges[0], edges[-1])
    # By number and range rather than by edges: numpy then counts without sorting.
    counts, _ = np.histogram(clipped, bins=edges.size - 1, range=(edges[0], edges[-1]))
    return np.asarray(counts / counts.sum(), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class CohortHistograms:
    """The histograms of a cohort's cases as cumulative shares, (case, bin)."""

    cumulative: Array
    neighbours: int

    def distance(self, histogram: Array) -> float:
        """How far the histogram is from its nearest neighbours in the cohort, in HU.

        Between two histograms the earth mover's distance: how far, on average, a voxel's HU would
        have to move. Told is that to the last of the `neighbours` nearest cases.
        """
        width = float(HISTOGRAM_EDGES_HU[1] - HISTOGRAM_EDGES_HU[0])
        moved = np.abs(self.cumulative - np.cumsum(histogram)).sum(axis=1) * width
        return float(np.partition(moved, self.neighbours - 1)[self.neighbours - 1])


@dataclass(frozen=True, eq=False)
class CohortEmbedding:
    """Mean and shrunk covariance of the features of a cohort's cases.

    The features are standardised by `mean` and `sd`; along the rows of `axes` (axis, feature) the
    cohort has the variances `variance`, and in all other directions `rest`.
    """

    mean: Array
    sd: Array
    axes: Array
    variance: Array
    rest: float

    def standard(self, embedding: Array) -> Array:
        """In the cohort's standard deviations from its mean, feature by feature."""
        return np.asarray((embedding - self.mean) / self.sd, dtype=np.float64)

    def distance(self, embedding: Array) -> float:
        """Mahalanobis distance per feature (its root mean square): 1 is usual for the cohort."""
        standard = self.standard(embedding)
        along = self.axes @ standard
        left = max(float(standard @ standard - along @ along), 0.0)
        return float(np.sqrt((np.sum(along**2 / self.variance) + left / self.rest) / standard.size))


@dataclass(frozen=True, eq=False)
class Likeness:
    """The cohort of a bundle, ready to hold a case against it."""

    ranges: Mapping[str, tuple[float, float]]
    kernels: frozenset[str] | None
    histograms: CohortHistograms
    histogram_limit_hu: float
    embedding: CohortEmbedding
    embedding_limit: float
    cases: int
    flagged_share: float

    @classmethod
    def of_bundle(cls, bundle: Bundle) -> Likeness | None:
        """What a bundle says of its cohort; None where it says nothing.

        Raises
        ------
        BundleError
            If the arrays do not fit.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        told = bundle.calibration.likeness
        if told is None:
            return None
        try:
            arrays = load(bundle.read(told.reference))
            histograms = CohortHistograms(_array(arrays, "histograms", 2), told.neighbours)
            embedding = CohortEmbedding(
                _array(arrays, "mean", 1),
                _array(arrays, "sd", 1),
                _array(arrays, "axes", 2),
                _array(arrays, "variance", 1),
                float(_array(arrays, "rest", 0)),
            )
            _require_fit(histograms, embedding)
        except (SafetensorError, KeyError, ValueError) as error:
            raise BundleError(f"bundle {bundle.name}: {told.reference} can't be read: {error}") from error
        return cls(
            {name: (range_.low, range_.high) for name, range_ in told.ranges.items()},
            None if told.kernels is None else frozenset(told.kernels),
            histograms,
            told.histogram_limit_hu,
            embedding,
            told.embedding_limit,
            told.cases,
            told.flagged_share,
        )

    def compare(self, sight: Sight) -> Resemblance:
        """Hold a case against the cohort."""
        findings = [
            self._value(name, sight.values[name])
            for name in VALUES
            if name in self.ranges & sight.values.keys()
        ]
        if self.kernels is not None and sight.kernel is not None:
            findings.append(self._kernel(sight.kernel))
        findings += [self._histogram(sight.histogram), self._embedding(sight)]
        known = self.ranges.keys() | ({"kernels"} if self.kernels is not None else set())
        not_known = tuple(words for name, words in _ASKED.items() if name not in known)
        return Resemblance(tuple(findings), not_known, self.cases, self.flagged_share)

    def _value(self, name: str, value: float) -> Finding:
        words, unit, scale = VALUES[name]
        low, high = self.ranges[name]
        # Headers and resampling leave the last digits open.
        slack = 1e-3 * max(abs(low), abs(high))
        out = not low - slack <= value <= high + slack
        shown, least, most = (number / scale for number in (value, low, high))
        between = f"{least:.4g} to {most:.4g}" if high > low else f"{least:.4g}"
        return Finding(
            words, shown, unit, least, most, out, f"{words} {shown:.4g} {unit} (fitted on {between} {unit})"
        )

    def _kernel(self, kernel: str) -> Finding:
        assert self.kernels is not None
        out = kernel not in self.kernels
        known = ", ".join(sorted(self.kernels))
        detail = f"reconstruction kernel {kernel} (fitted on {known})"
        return Finding("reconstruction kernel", float(out), "", 0.0, 0.0, out, detail)

    def _histogram(self, histogram: Array) -> Finding:
        distance, limit = self.histograms.distance(histogram), self.histogram_limit_hu
        detail = f"HU histogram {distance:.0f} HU from its nearest cases (limit {limit:.0f} HU)"
        return Finding("HU histogram", distance, "HU", 0.0, limit, distance > limit, detail)

    def _embedding(self, sight: Sight) -> Finding:
        distance, limit = self.embedding.distance(sight.embedding), self.embedding_limit
        detail = (
            f"what the network sees {distance:.2g} × as far from the average as usual (limit {limit:.2g})"
        )
        if distance > limit and sight.names:
            standard = self.embedding.standard(sight.embedding)
            order = np.argsort(-np.abs(standard))[:3]
            far = [f"{sight.names[n]} {standard[n]:+.1f} SD" for n in order if abs(standard[n]) > _NAMED_FROM]
            if far:
                detail += f", most of all {', '.join(far)}"
        return Finding("what the network sees", distance, "×", 0.0, limit, distance > limit, detail)


def _array(arrays: Mapping[str, NDArray[np.generic]], name: str, dimensions: int) -> Array:
    found = np.asarray(arrays[name], dtype=np.float64)
    if found.ndim != dimensions or not np.isfinite(found).all():
        raise ValueError(f"{name} is not {dimensions}-dimensional and finite")
    return found


def _require_fit(histograms: CohortHistograms, embedding: CohortEmbedding) -> None:
    features, axes = embedding.mean.size, embedding.variance.size
    fits = (
        embedding.sd.size == features
        and embedding.axes.shape == (axes, features)
        and (embedding.sd > 0).all()
        and (embedding.variance > 0).all()
        and embedding.rest > 0
        and histograms.cumulative.shape[1] == HISTOGRAM_EDGES_HU.size - 1
        and 1 <= histograms.neighbours <= len(histograms.cumulative)
    )
    if not fits:
        raise ValueError("its parts do not fit together")
