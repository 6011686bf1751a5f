"""One phantom patient: drawn, written, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.phantom.case import CaseParameters, PhantomCase, Take, make_case, make_cube
from ctprog_gui.core.phantom.scanner import Scanner
from ctprog_gui.core.roi.measures import measure
from training.phantom.hazard import Law
from training.phantom.plan import Plan, ball_diameter, traits_of

TRUE_SURVIVAL_MONTHS = tuple(range(1, 61))
# The second source of a cohort with a scanner confounder: a sharp kernel, more noise, sicker
# patients (that much is added to the log hazard) and a follow-up that ends between these months.
# The follow-up alone would not do: under the same law of death it leaves the source's C at ½. With
# both it is about 0.62, as in the collections of the real patients.
_OTHER_SCANNER = Scanner("sharp", 1.5)
_OTHER_LOG_HAZARD = 1.6
_OTHER_FOLLOW_UP_MONTHS = (3.0, 20.0)
# Where there are phases, the tumour takes up contrast medium too.
_ARTERIAL_HU = 55.0
# How narrowly or widely a reader may draw a phase's region.
_ROI_LEVELS = (0.35, 0.65)
# What a viewer shows first: lung, then soft tissue (centre, width).
_WINDOWS = {"LUNG": (-600, 1500), "SOFT TISSUE": (40, 400)}


@dataclass(frozen=True, eq=False)
class Record:
    """A patient as the tables hold them.

    `row` lacks the follow-up, which a control may take from another patient; `curve` is the true
    S(t) at `TRUE_SURVIVAL_MONTHS`, `probability` that of each endpoint.
    """

    patient: str
    row: dict[str, str]
    truth: dict[str, str]
    time_months: float
    event: bool
    risk: float
    curve: NDArray[np.float64]
    probability: dict[str, float]


def draw_patient(plan: Plan, number: int, out: Path) -> Record:
    """Draw patient `number` of a plan and write their images; the same arguments, the same files."""
    traits, (outcome, image, chances, source, reader) = traits_of(plan.seed, number, plan.varying)
    patient = f"phantom-{plan.seed}-{number:04d}"
    other = "scanner" in plan.controls and bool(np.random.default_rng(source).random() < 0.5)
    seed = int(image.generate_state(1)[0])
    files: dict[str, str] = {}
    main: PhantomCase | None = None
    readers = np.random.default_rng(reader)
    for phase, take in plan.takes.items():
        if phase:
            take = replace(take, roi_level=float(readers.uniform(*_ROI_LEVELS)))
        if other:
            take = replace(take, scanner=_OTHER_SCANNER)
        case = _case(plan, _in_phase(plan, traits.parameters, traits.values, take, phase), seed, take)
        files |= _write(plan, out, patient, phase, case)
        main = main or case
    assert main is not None
    volume, diameter = _sizes(plan, traits.parameters, main)
    values = traits.complete(volume, diameter, resected=plan.system.resected)
    law = law_of(plan, values, other=other)
    death, end = draw_times(plan, law, outcome, source if other else None)
    row = {"patient_id": patient, **files}
    if "scanner" in plan.controls:
        row["source"] = "scanner-b" if other else "scanner-a"
    row |= {name: _clinical(name, values, diameter) for name in plan.system.clinical}
    uniform = np.random.default_rng(chances).random(len(plan.endpoints))
    probability = {one.name: one.probability(values) for one in plan.endpoints}
    row |= {name: str(int(u < p)) for (name, p), u in zip(probability.items(), uniform, strict=True)}
    return Record(
        patient,
        row,
        _truth(plan, main, values, law, death, probability),
        min(death, end),
        death <= end,
        plan.hazard.risk(law),
        law.survival(TRUE_SURVIVAL_MONTHS),
        probability,
    )


def law_of(plan: Plan, values: Mapping[str, float], *, other: bool) -> Law:
    """The law of a patient with these values of the factors; `other` for one of the second source."""
    law = plan.hazard.law(values)
    return replace(law, log_hazard=law.log_hazard + _OTHER_LOG_HAZARD) if other else law


def draw_times(
    plan: Plan,
    law: Law,
    outcome: np.random.SeedSequence,
    other_source: np.random.SeedSequence | None = None,
) -> tuple[float, float]:
    """Time of death and end of follow-up, in months.

    Parameters
    ----------
    other_source
        The stream of a patient of the second source, whose follow-up is short; None for others.
    """
    stream = np.random.default_rng(outcome)
    death = law.draw(stream)
    end = plan.censoring.draw(stream)
    if other_source is not None:
        own = np.random.default_rng([*other_source.generate_state(4)])
        end = min(end, float(own.uniform(*_OTHER_FOLLOW_UP_MONTHS)))
    return death, end


def _case(plan: Plan, parameters: CaseParameters, seed: int, take: Take) -> PhantomCase:
    parameters = replace(parameters, erased="erased" in plan.controls)
    if plan.is_cube:
        return make_cube(parameters, seed, plan.size[0], plan.spacing_mm[0], take)
    return make_case(parameters, seed, plan.size, plan.spacing_mm, take)


def _in_phase(
    plan: Plan, parameters: CaseParameters, values: Mapping[str, float], take: Take, phase: str
) -> CaseParameters:
    """The tumour as it takes up contrast medium in a phase."""
    if not phase:
        return parameters
    return replace(parameters, mean_hu=_ARTERIAL_HU + take.number * values.get("washout", 0.0))


def _sizes(plan: Plan, parameters: CaseParameters, case: PhantomCase) -> tuple[float, float | None]:
    """Volume in mm³ and, where something follows from it, longest diameter in mm.

    An erased tumour's region tells nothing of it; the outcome still follows what it would have been.
    """
    if case.parameters.erased:
        return parameters.volume_mm3, ball_diameter(parameters.volume_mm3)
    if not plan.needs_diameter:
        return case.roi.volume_mm3, None
    found = measure(case.roi, case.volume)
    return found.volume_mm3, found.longest_diameter_mm


def _clinical(name: str, values: Mapping[str, float], diameter_mm: float | None) -> str:
    if name == "sex":
        return "male" if values["male"] else "female"
    if name == "early_stage":
        return str(int(values["stage"] == 1))
    if name == "longest_diameter_mm":
        return f"{diameter_mm:.1f}"
    return f"{values[name]:.1f}" if name in ("age", "ki67") else str(int(values[name]))


def _truth(
    plan: Plan,
    case: PhantomCase,
    values: Mapping[str, float],
    law: Law,
    death: float,
    probability: Mapping[str, float],
) -> dict[str, str]:
    parameters = asdict(case.parameters)
    # These were drawn, whether the image shows them or not.
    others = {name: value for name, value in values.items() if name not in ("volume", "texture", "edge")}
    others = {name: value for name, value in others.items() if name not in parameters}
    curve = law.survival(TRUE_SURVIVAL_MONTHS)
    return {
        "oracle_risk": f"{plan.hazard.risk(law):.6f}",
        "death_months": f"{death:.4f}",
        "roi_volume_mm3": f"{case.roi.volume_mm3:.1f}",
        **{name: _text(value) for name, value in parameters.items()},
        **{name: _text(value) for name, value in others.items()},
        **{f"p_{name}": f"{p:.6f}" for name, p in probability.items()},
        **{f"s_{month}": f"{s:.6f}" for month, s in zip(TRUE_SURVIVAL_MONTHS, curve, strict=True)},
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (bool, int)):
        return str(int(value))
    return value if isinstance(value, str) else f"{value:.4f}"


def _write(plan: Plan, out: Path, patient: str, phase: str, case: PhantomCase) -> dict[str, str]:
    """Write image and region; the table's cells for them. The first phase is also the plain image."""
    ending = f"-{phase}" if phase else ""
    roi = out / "rois" / f"{patient}{ending}.nii.gz"
    if plan.form == "dicom":
        from ctprog_gui.core.dicom.ct_writer import write_ct_series

        image = out / "images" / f"{patient}{ending}"
        write_ct_series(
            image, case.volume, patient_id=patient, description=phase.capitalize(), windows=_WINDOWS
        )
    else:
        image = out / "images" / f"{patient}{ending}.nii.gz"
        write_volume(image, case.volume.voxels, case.volume.geometry)
    write_mask(roi, case.roi)
    cells = {"image": image.relative_to(out).as_posix(), "roi": roi.relative_to(out).as_posix()}
    if not phase:
        return cells
    named = {f"{name}_{phase}": cell for name, cell in cells.items()}
    return (cells if phase == next(iter(plan.takes)) else {}) | named
