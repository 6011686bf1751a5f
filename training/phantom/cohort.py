"""A cohort of phantom patients on disk, with the truth beside it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.phantom.case import CaseParameters, PhantomCase, make_case
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing
from training.phantom.hazard import Hazard

TRUE_SURVIVAL_MONTHS = (*range(1, 25), 36, 48, 60)


def draw_parameters(rng: np.random.Generator) -> CaseParameters:
    """A tumour at random: all properties are independent of each other.

    ln volume is normal around 14 cm³ (SD 1, kept in 0.7 to 140 cm³), texture uniform in 5 to
    75 HU; shape, edge and place do not enter the default hazard.
    """
    volume = float(np.exp(np.clip(rng.normal(np.log(14_000), 1.0), np.log(700), np.log(140_000))))
    return CaseParameters(
        volume_mm3=volume,
        texture_hu=float(rng.uniform(5, 75)),
        lobulation=float(rng.uniform(0.05, 0.3)),
        edge_mm=float(rng.uniform(1.0, 4.0)),
        side="left" if rng.random() < 0.5 else "right",
        height=float(rng.uniform(0.05, 0.95)),
        depth=float(rng.uniform(0.3, 0.8)),
        azimuth_deg=float(rng.uniform(-45, 50)),
    )


def write_cohort(
    out: Path,
    cases: int,
    *,
    seed: int = 1,
    form: Literal["nifti", "dicom"] = "nifti",
    hazard: Hazard | None = None,
    progress: Progress | None = None,
) -> None:
    """Write images, ROIs, ``cohort.csv`` and ``truth.csv``.

    A patient depends on the seed and its number alone, so a larger cohort begins with a smaller
    one. ``cohort.csv`` is written last: where it stands, the cohort is complete.

    Raises
    ------
    InputError
        If the folder holds something already or can't be written.
    """
    hazard = hazard or Hazard()
    progress = progress or Progress()
    if cases < 1:
        raise InputError(f"a cohort needs at least one case, not {cases}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is not an empty folder")
    rows: list[dict[str, Any]] = []
    truth: list[dict[str, Any]] = []
    for number in range(cases):
        progress.report(number / cases, f"Drawing patient {number + 1} of {cases}")
        parameter_stream, outcome_stream, image_stream = np.random.SeedSequence([seed, number]).spawn(3)
        parameters = draw_parameters(np.random.default_rng(parameter_stream))
        case = make_case(parameters, seed=int(image_stream.generate_state(1)[0]))
        patient = f"phantom-{seed}-{number:04d}"
        risk = float(hazard.risk(case.roi.volume_mm3, parameters.texture_hu))
        death, censoring = hazard.draw(risk, np.random.default_rng(outcome_stream))
        rows.append(
            {
                "patient_id": patient,
                "image": _write_image(out, patient, case, form),
                "roi": _write_roi(out, patient, case),
                "time_months": f"{min(death, censoring):.4f}",
                "event": int(death <= censoring),
            }
        )
        curve = hazard.survival(risk, TRUE_SURVIVAL_MONTHS)
        truth.append(
            {"patient_id": patient, "oracle_risk": f"{risk:.6f}", "death_months": f"{death:.4f}"}
            | {"roi_volume_mm3": f"{case.roi.volume_mm3:.1f}"}
            | {
                name: value if isinstance(value, str) else f"{value:.4f}"
                for name, value in asdict(parameters).items()
            }
            | {f"s_{month}": f"{s:.6f}" for month, s in zip(TRUE_SURVIVAL_MONTHS, curve, strict=True)}
        )
    _write_table(out / "truth.csv", truth)
    _write_table(out / "cohort.csv", rows)
    progress.report(1.0, f"{cases} patients in {out}")


def _write_image(out: Path, patient: str, case: PhantomCase, form: str) -> str:
    if form == "dicom":
        from ctprog_gui.core.dicom.ct_writer import write_ct_series

        folder = out / "images" / patient
        write_ct_series(folder, case.volume, patient_id=patient)
        return folder.relative_to(out).as_posix()
    path = out / "images" / f"{patient}.nii.gz"
    write_volume(path, case.volume.voxels, case.volume.geometry)
    return path.relative_to(out).as_posix()


def _write_roi(out: Path, patient: str, case: PhantomCase) -> str:
    path = out / "rois" / f"{patient}.nii.gz"
    write_mask(path, case.roi)
    return path.relative_to(out).as_posix()


def _write_table(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
