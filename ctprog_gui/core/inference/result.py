"""result.json: everything a reader needs to trace a number, and nothing that names the patient.

Imports no torch, because the window writes results too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctprog_gui import __version__
from ctprog_gui.core.dicom.series import SeriesInfo
from ctprog_gui.core.imaging.files import write_mask
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.roi.measures import measure
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import write_json

SCHEMA = 1
RESULT = "result.json"
ROI = "roi.nii.gz"


def build_result(
    volume: Volume,
    roi: Mask | None,
    predictions: Sequence[Prediction],
    *,
    series: SeriesInfo | None = None,
    clinical: dict[str, Any] | None = None,
    accepted: Iterable[str] = (),
) -> dict[str, Any]:
    """The object of result.json.

    Parameters
    ----------
    series
        The series the volume was read from; None for a synthetic one.
    accepted
        Codes of anomalies that a person accepted; only those the series has are told.

    Raises
    ------
    InputError
        If the ROI is empty.
    GeometryError
        If the ROI lies on another grid than the volume.
    """
    if roi is not None and roi.is_empty:
        raise InputError(f"the ROI {roi.name} is empty")
    anomalies = series.anomalies if series is not None else ()
    codes = {anomaly.code for anomaly in anomalies}
    return {
        "schema": SCHEMA,
        "software": {"name": "ctprog", "version": __version__},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "input": {
            "series_uid": series.series_uid if series is not None else "",
            "spacing_mm": list(volume.geometry.spacing_mm),
            "size": list(volume.geometry.size),
            "anomalies": [anomaly.to_json() for anomaly in anomalies],
            "accepted": sorted(codes & set(accepted)),
            **({"handling": series.handling} if series is not None and series.handling else {}),
        },
        "roi": measure(roi, volume).to_json() if roi is not None else None,
        "clinical": dict(clinical or {}),
        "predictions": [prediction.to_json() for prediction in predictions],
    }


def write_result(out: Path, result: dict[str, Any], roi: Mask | None) -> None:
    """Write ``roi.nii.gz`` and, last, ``result.json`` into a folder.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    if roi is not None:
        write_mask(out / ROI, roi)
    write_json(out / RESULT, result)
