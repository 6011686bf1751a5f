"""``ctprog-train prepare``: all of a cohort's cases, ahead of a fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import training
from ctprog_gui import __version__
from ctprog_gui.core.cohort.table import Cohort, read_cohort
from ctprog_gui.core.preprocessing.recipe import CubeRecipe, SliceRecipe, read_recipe
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import write_json
from training.configuration.experiment import RoiAttentionConfig, SliceAttentionConfig, load_config
from training.preparation.case import Method, read_about
from training.preparation.cohort import CohortCases, Engine, prepare_cases, require_all
from training.preparation.cubes import CubeMethod
from training.preparation.images import SliceMethod

CONFIGS = Path(training.__file__).parent / "configs"
REPORT = "prepared.json"
# Shares of the tumour's volume from which on a person is told.
_UNSEEN, _OUTSIDE = 0.02, 0.5


def read_method(recipe: str, settings: Sequence[str] = ()) -> Method:
    """How cases are prepared, from a configuration (its file, or a shipped one's name) or a recipe.

    Parameters
    ----------
    recipe
        A ``.yaml`` file, the name of a shipped configuration, or a ``.json`` file: a recipe by
        itself, or a bundle's ``spec.json``.
    settings
        ``key=value`` for a configuration, as `load_config` takes them.

    Raises
    ------
    InputError
        If there is no such thing, or it prepares no images.
    """
    path = Path(recipe)
    if path.suffix == ".json":
        if settings:
            raise InputError("--set changes a configuration; a recipe in JSON is taken as it is")
        return _of_recipe(path)
    if path.suffix not in (".yaml", ".yml"):
        path = CONFIGS / f"{recipe.replace('-', '_')}.yaml"
        if not path.is_file():
            shipped = ", ".join(sorted(one.stem for one in CONFIGS.glob("*.yaml")))
            raise InputError(f"there is no configuration {recipe}; shipped are: {shipped}")
    config = load_config(path, list(settings))
    if isinstance(config, RoiAttentionConfig):
        return CubeMethod(config.recipe, config.preprocessing.images_are_cubes)
    if isinstance(config, SliceAttentionConfig):
        return SliceMethod(config.recipe)
    raise InputError(f"the configuration {path} prepares no images")


def _of_recipe(path: Path) -> Method:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        found = read_recipe(value.get("preprocessing", value))
    except OSError as error:
        raise InputError(f"cannot read the recipe {path}: {error.strerror or error}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"the recipe {path} is none: {error}") from error
    if isinstance(found, CubeRecipe):
        return CubeMethod(found, images_are_cubes=False)
    assert isinstance(found, SliceRecipe)
    return SliceMethod(found)


@dataclass(frozen=True)
class Prepared:
    """How many cases there are now, how many of them are new, and what to look at."""

    patients: int
    made: int
    remarks: tuple[str, ...]


def prepare(
    table: Path,
    recipe: str,
    out: Path,
    *,
    engine: Engine = "local",
    workers: int | None = None,
    settings: Sequence[str] = (),
    progress: Progress | None = None,
) -> Prepared:
    """Prepare a cohort's cases into `out`, and write down in ``prepared.json`` what became of each.

    Raises
    ------
    InputError
        If the table or recipe is not valid, or a patient can't be used: then all others are
        prepared first, and every such patient stands in ``prepared.json`` with the reason.
    """
    method = read_method(recipe, settings)
    cohort = read_cohort(table, outcome=False)
    found = prepare_cases(cohort.rows, method, out, engine=engine, workers=workers, progress=progress)
    report = _report(cohort, method, found, out)
    write_json(out / REPORT, report)
    require_all(cohort, found.failures, listed=out / REPORT)
    return Prepared(len(cohort.rows), found.made, tuple(_remarks(report["patients"])))


def _remarks(patients: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What a person should look at before fitting, a line each."""
    told = [(line["patient_id"], line["told"]) for line in patients]
    blank = [patient for patient, about in told if about.get("without_roi")]
    cut = [patient for patient, about in told if about.get("roi_exceeds_cube")]
    without = [patient for patient, about in told if about.get("lungs_found") is False]
    unseen = [patient for patient, about in told if about.get("tumour_unseen", 0.0) > _UNSEEN]
    outside = [patient for patient, about in told if about.get("tumour_outside_lung_field", 0.0) > _OUTSIDE]
    for named, what in (
        (blank, "no ROI, so no cube"),
        (cut, "the tumour reaches the faces of the cube or beyond"),
        (without, "no lungs found, so the whole body is in the image"),
        (unseen, f"more than {100 * _UNSEEN:.0f} % of the tumour outside the image"),
        (outside, f"more than {100 * _OUTSIDE:.0f} % of the tumour outside the lung field"),
    ):
        if named:
            first = ", ".join(named[:3]) + (", …" if len(named) > 3 else "")
            yield f"{len(named)} of {len(told)} patients: {what} ({first})"


def _report(cohort: Cohort, method: Method, found: CohortCases, out: Path) -> dict[str, Any]:
    told = _told_before(out / REPORT)
    patients = []
    for number, (row, key) in enumerate(zip(cohort.rows, found.keys, strict=True)):
        line: dict[str, Any] = {"patient_id": row.patient_id, "line": row.line}
        if key is None:
            line["failure"] = found.failures[number]
        else:
            line["key"] = key
            # What was told of a case that was there already is in it, or in the last report.
            line["told"] = found.about.get(number) or told.get(key) or read_about(out, key)
        patients.append(line)
    return {
        "schema": 1,
        "software": {"name": "ctprog", "version": __version__},
        "method": method.key,
        "patients": patients,
    }


def _told_before(path: Path) -> dict[str, Any]:
    try:
        patients = json.loads(path.read_text(encoding="utf-8"))["patients"]
        return {line["key"]: line["told"] for line in patients if "key" in line}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
