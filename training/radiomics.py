"""``ctprog-train radiomics``: features of a cohort's tumours and of the rings around them, as a table."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from ctprog_gui.core.cohort.table import PatientRow, read_cohort
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.ring_clip import Clip, clip_region
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.shared.errors import EmptyRoiError, InputError
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing
from training.preparation.case import PreparedCase, read_case
from training.preparation.cohort import Engine, load_cases, prepare_cases, require_all
from training.provenance import RadiomicsProvenance

# Raised when the same settings give other values than before.
_EDITION = 2
RING = "ring_"
# Regions of a case, by the prefix of their columns.
_TUMOUR = ""


@dataclass(frozen=True)
class RadiomicsMethod(RadiomicsProvenance):
    """Makes features of a CT and its ROI."""

    @property
    def key(self) -> str:
        ring = "" if self.ring_mm is None else f"-{self.ring_mm!r}-{self.clip}"
        return f"radiomics-{_EDITION}-{self.settings.sha256}{ring}"

    def read(self, row: PatientRow) -> tuple[Volume, Mask | None]:
        """What is measured; raises as `read_case`."""
        return read_case(row)

    def prepare(self, row: PatientRow) -> PreparedCase:
        """Arrays ``values`` and ``defined``; a region without features is told in ``reasons`` instead."""
        from ctprog_gui.core.imaging.resampling import reorient_mask
        from ctprog_gui.core.preprocessing.axes import towards_lps
        from ctprog_gui.core.radiomics.extraction import FeatureExtractor

        if row.roi is None:
            return PreparedCase({}, {"reasons": {_TUMOUR: "no ROI is named"}})
        try:
            volume, mask = self.read(row)
        except EmptyRoiError as error:
            return PreparedCase({}, {"reasons": {_TUMOUR: str(error)}})
        assert mask is not None
        # Along the patient's axes, as bundles read them: how a series is stored is no feature.
        volume = towards_lps(volume)
        mask = reorient_mask(mask, volume.geometry)
        extractor = FeatureExtractor(volume, self.settings)
        arrays: dict[str, Any] = {}
        reasons: dict[str, str] = {}
        try:
            regions = self._regions(volume, mask)
        except InputError as error:
            # The tumour has its features all the same.
            regions, reasons[RING] = [(_TUMOUR, mask)], str(error)
        for prefix, region in regions:
            if prefix == RING and region.count < 2:
                where = "image" if self.clip == "none" else self.clip
                left = "a single voxel" if region.count else "nothing"
                reasons[RING] = f"{left} of it lies within the {where}"
                continue
            try:
                values = np.array(list(extractor.extract(region).values()))
            except InputError as error:
                reasons[prefix] = str(error)
                continue
            defined = np.isfinite(values)
            arrays[f"{prefix}values"] = np.where(defined, values, 0.0)
            arrays[f"{prefix}defined"] = defined
        return PreparedCase(arrays, {"reasons": reasons, "touches_edge": mask.touches_edge})

    def _regions(self, volume: Volume, mask: Mask) -> list[tuple[str, Mask]]:
        regions = [(_TUMOUR, mask)]
        if self.ring_mm is not None and not mask.is_empty:
            from ctprog_gui.core.radiomics.ring import peritumoural_ring

            within = clip_region(volume, self.clip)
            regions.append((RING, peritumoural_ring(mask, self.ring_mm, within=within)))
        return regions


@dataclass(frozen=True)
class RadiomicsTable:
    """What came out: how many patients have features, and remarks for a person to read."""

    patients: int
    made: int
    remarks: tuple[str, ...]


def write_radiomics(
    cohort_path: Path,
    out: Path,
    *,
    ring_mm: float | None = None,
    clip: Clip = "none",
    settings: Sequence[str] | RadiomicsSettings = (),
    engine: Engine = "local",
    workers: int | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> RadiomicsTable:
    """Write one row a patient: ``patient_id``, a column a feature, and with a ring one more for each.

    A patient whose ROI has no features (none is named, it is empty or a single voxel) keeps a row of
    blank cells, as does a feature that a region does not have. How they were made is told in a file
    beside the table (`training.provenance`). Each finished patient is kept in
    `cache`, so the same call goes on where it was stopped.

    Parameters
    ----------
    settings
        `RadiomicsSettings`, or ``key=value`` of them, values in YAML.

    Raises
    ------
    InputError
        If a setting makes no sense; or a patient's files can't be used, after all others are done.
    """
    if ring_mm is not None and not (math.isfinite(ring_mm) and 0 < ring_mm <= 100):
        raise InputError(f"--ring-mm must lie between 0 and 100, not {ring_mm:g}")
    if clip != "none" and ring_mm is None:
        raise InputError("--clip is for the ring: give --ring-mm too")
    if not isinstance(settings, RadiomicsSettings):
        settings = read_settings(settings)
    method = RadiomicsMethod(settings, ring_mm, clip)
    cohort = read_cohort(cohort_path, outcome=False)
    cache = user_cache() / "radiomics" if cache is None else cache
    progress = progress or Progress()
    found = prepare_cases(
        cohort.rows, method, cache, engine=engine, workers=workers, progress=progress.part(0, 0.98)
    )
    require_all(cohort, found.failures)
    cases = [case for _, case in load_cases(cohort, method, cache, progress=progress.part(0.98, 1))]
    from ctprog_gui.core.radiomics.extraction import feature_names

    names = feature_names(method.settings)
    prefixes = (_TUMOUR,) if ring_mm is None else (_TUMOUR, RING)
    with replacing(out) as partial:
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["patient_id", *(prefix + name for prefix in prefixes for name in names)])
            for row, case in zip(cohort.rows, cases, strict=True):
                cells = [cell for prefix in prefixes for cell in _cells(case, prefix, len(names))]
                writer.writerow([row.patient_id, *cells])
        # Before the table has its name: one that is left from before is refused, not misread.
        method.tell_of(out, partial)
    usable = sum("values" in case.arrays for case in cases)
    return RadiomicsTable(usable, found.made, tuple(_remarks(cohort.rows, cases)))


def read_settings(settings: Sequence[str]) -> RadiomicsSettings:
    """Settings from ``key=value`` items; raises `InputError` naming the one that makes no sense."""
    values: dict[str, Any] = {}
    for item in settings:
        key, equals, text = item.partition("=")
        if not equals:
            raise InputError(f"--set takes key=value, not {item!r}")
        try:
            values[key.strip()] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InputError(f"--set {item}: the value is not YAML") from error
    try:
        return RadiomicsSettings.from_json(values)
    except (TypeError, ValueError) as error:
        raise InputError(f"--set: {error}") from error


def _cells(case: PreparedCase, prefix: str, count: int) -> list[str]:
    if f"{prefix}values" not in case.arrays:
        return [""] * count
    pairs = zip(case.arrays[f"{prefix}values"], case.arrays[f"{prefix}defined"], strict=True)
    return [repr(float(value)) if defined else "" for value, defined in pairs]


def _remarks(rows: Sequence[PatientRow], cases: Sequence[PreparedCase]) -> list[str]:
    remarks = []
    for row, case in zip(rows, cases, strict=True):
        for prefix, reason in case.about.get("reasons", {}).items():
            what = "no features" if prefix == _TUMOUR else "no features of the ring"
            remarks.append(f"line {row.line}, patient {row.patient_id}: {what}, {reason}")
    blank = Counter(
        prefix
        for case in cases
        for prefix in (_TUMOUR, RING)
        if f"{prefix}defined" in case.arrays and not case.arrays[f"{prefix}defined"].all()
    )
    for prefix, count in blank.items():
        what = "ring" if prefix else "ROI"
        remarks.append(f"{count} patients have a {what} without some of the features: those cells are blank")
    if cut := sum(bool(case.about.get("touches_edge")) for case in cases):
        remarks.append(
            f"{cut} patients have a ROI that reaches the image's edge: features are of the part inside"
        )
    return remarks
