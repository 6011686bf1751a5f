"""``ctprog score``: from files to result.json, without a window."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.cohort.clinical import check
from ctprog_gui.core.dicom.handling import handled
from ctprog_gui.core.dicom.open_path import choose, open_path
from ctprog_gui.core.dicom.series import REFUSED, Handling, Series
from ctprog_gui.core.imaging.files import write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.bundle import Bundle, find_bundles, list_bundles, resolve
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.result import build_result, write_result
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import BundleError, InputError
from ctprog_gui.core.shared.progress import Progress


@dataclass(frozen=True)
class ScoreRequest:
    """What ``ctprog score`` was asked: its arguments, as typed.

    `bundles` are names or folders (none: all that are found); `phases` are ``NAME=PATH``; `accept`
    are codes of anomalies that would be refused otherwise; `handling` splits or resamples a series that
    makes no regular grid.
    """

    path: Path
    out: Path
    roi: Path | None = None
    roi_name: str | None = None
    resample_roi: bool = False
    series_uid: str | None = None
    bundles: tuple[str, ...] = ()
    clinical: Path | None = None
    phases: tuple[str, ...] = ()
    accept: frozenset[str] = frozenset()
    handling: str | None = None
    saliency: bool = True
    device: str = "cpu"


def score(request: ScoreRequest, progress: Progress | None = None) -> dict[str, Any]:
    """Do what was asked, write the results into ``request.out``, and return result.json's object.

    Everything that can be refused without reading pixels is refused first, and nothing is written
    before all predictions are there.

    Raises
    ------
    InputError
        If a file is missing or unreadable, there are several series and none was named, the series
        has an anomaly that must be accepted by name, or the ROI's name is not clear.
    GeometryError
        If the ROI lies on another grid and resampling was not asked for.
    BundleError
        If a bundle is refused.
    Cancelled
        If `progress` was cancelled.
    """
    progress = progress or Progress()
    if request.out.exists() and not request.out.is_dir():
        raise InputError(f"cannot write into {request.out}: it is a file, not a folder")
    clinical = _clinical(request.clinical)
    phase_paths = dict(_phase(text) for text in request.phases)
    unknown = sorted(request.accept - REFUSED)
    if unknown:
        raise InputError(f"{unknown[0]} is no anomaly that can be accepted: {', '.join(sorted(REFUSED))}")
    bundles = _bundles(request.bundles)
    _check_clinical(request.clinical, clinical, bundles)

    series = _handled(open_path([request.path], progress.part(0.0, 0.1)), request)
    volume = _read(series, request.accept, progress.part(0.1, 0.4))
    roi = _roi(request, volume.geometry, series) if request.roi is not None else None
    phases = {
        name: _read(choose(open_path([path]), None), request.accept, progress.part(0.4, 0.4))
        for name, path in phase_paths.items()
    }
    case = Case(volume, roi, clinical, phases, acquisition=series.info.acquisition)

    from ctprog_gui.core.inference.predictor import Predictor

    predictions: list[Prediction] = []
    saliencies: dict[Path, Volume] = {}
    for number, bundle in enumerate(bundles):
        start = 0.4 + 0.55 * number / len(bundles)
        part = progress.part(start, 0.4 + 0.55 * (number + 1) / len(bundles))
        part.report(0.0, f"Loading {bundle.name}")
        outcome = Predictor(bundle, request.device).predict(case, part, saliency=request.saliency)
        prediction = outcome.prediction
        if outcome.saliency is not None:
            relative = f"{bundle.name}/saliency.nii.gz"
            found = outcome.saliency.on(volume.geometry)
            # Finer steps mean nothing and would make the file ten times as large.
            np.round(found.voxels, 3, out=found.voxels)
            saliencies[request.out / relative] = found
            prediction = replace(prediction, saliency=relative)
        predictions.append(prediction)

    progress.report(0.95, "Writing the results")
    result = build_result(
        volume, roi, predictions, series=series.info, clinical=clinical, accepted=request.accept
    )
    for path, saliency in saliencies.items():
        write_volume(path, saliency.voxels, saliency.geometry)
    write_result(request.out, result, roi)
    progress.report(1.0, "Done")
    return result


def _bundles(asked: Sequence[str]) -> list[Bundle]:
    paths = [resolve(one) for one in asked] if asked else find_bundles()
    if not paths:
        raise BundleError("no bundles are installed")
    bundles = [Bundle.open(path) for path in paths]
    names = [bundle.name for bundle in bundles]
    for name in names:
        if names.count(name) > 1:
            raise BundleError(f"two of the bundles are called {name}")
    return bundles


def _check_clinical(path: Path | None, clinical: dict[str, Any], bundles: Sequence[Bundle]) -> None:
    """Refuse what no bundle understands, unless none of those asked takes clinical values at all."""
    asked = [one for bundle in bundles for one in bundle.spec.clinical_inputs]
    if not asked:
        return
    # One file may serve several bundles: what another installed one takes is no mistake.
    rows = [row for row in list_bundles() if "error" not in row]
    known = {one["name"] for row in rows for one in row["clinical"]} | {one.name for one in asked}
    others = known - {one.name for one in asked}
    try:
        check(asked, {name: value for name, value in clinical.items() if name not in others})
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _handled(found: list[Series], request: ScoreRequest) -> Series:
    """The series that was asked for, taken as was asked; of one that is split, the part."""
    if request.handling is None:
        return choose(found, request.series_uid)
    uid, _, part = (request.series_uid or "").partition("#")
    whole = choose(found, uid or None)
    made = handled(whole, Handling(request.handling))
    return choose(made, f"{whole.info.series_uid}#{part}" if part else None)


def _read(series: Series, accept: frozenset[str], progress: Progress) -> Volume:
    left = [anomaly for anomaly in series.info.refusals if anomaly.code not in accept]
    if left:
        codes = " ".join(f"--accept {code}" for code in sorted({anomaly.code for anomaly in left}))
        raise InputError(
            f"the series has {left[0].code}: {left[0].detail} (to score it all the same: {codes})"
        )
    return series.read(progress)


def _roi(request: ScoreRequest, reference: Geometry, series: Series) -> Mask:
    assert request.roi is not None
    found = read_rois(
        request.roi,
        reference,
        name=request.roi_name,
        resample=request.resample_roi,
        frame_of_reference_uid=series.info.frame_of_reference_uid or None,
    )
    if len(found) != 1:
        names = ", ".join(mask.name for mask in found)
        raise InputError(f"{request.roi} holds {len(found)} regions, choose one with --roi-name: {names}")
    if found[0].is_empty:
        raise InputError(f"the ROI {found[0].name} of {request.roi} has no voxel in this series")
    return found[0]


def _phase(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise InputError(f"--phase takes NAME=PATH, not {text!r}")
    return name, Path(path)


def _clinical(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} must hold a JSON object with a value for each clinical item")
    return value
