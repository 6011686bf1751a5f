"""Telling a finished bundle what its cohort looks like: `ctprog-train likeness`."""

from __future__ import annotations

import json
import shutil
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from ctprog_gui.core.cohort.table import Cohort, PatientRow, read_cohort
from ctprog_gui.core.inference.bundle import CALIBRATION, CARD, Bundle, EndpointParts
from ctprog_gui.core.inference.chest_reader import chest_sight
from ctprog_gui.core.inference.device import be_deterministic
from ctprog_gui.core.inference.integrity import CHECKSUMS, checksum_list
from ctprog_gui.core.inference.likeness import Sight
from ctprog_gui.core.inference.radscore_reader import patch_sight
from ctprog_gui.core.inference.roi_attention import RoiMeasurer
from ctprog_gui.core.inference.slice_attention import SliceAttentionModel, encode, load_network
from ctprog_gui.core.inference.tumour_reader import cube_sight
from ctprog_gui.core.networks.registry import build_encoder, build_roi_encoder
from ctprog_gui.core.networks.spec import RoiAttentionSpec
from ctprog_gui.core.preprocessing.patch import cut_patch
from ctprog_gui.core.preprocessing.recipe import CubeRecipe, SliceRecipe
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.cohorts.splits import Index, dealt
from training.exporting.export import put_in_place
from training.exporting.likeness import FLAGGED, FittedLikeness, fit_likeness
from training.optimisation.checkpoint import write_tensors
from training.preparation.case import read_case
from training.preparation.cubes import prepare_cubes
from training.preparation.images import prepare_cohort

REFERENCE = "models/likeness.safetensors"
_HEADING = "## Out of range"
_FOLDS = 10


def tell_likeness(
    bundle_path: Path,
    cohort_path: Path,
    *,
    images_are_cubes: bool = False,
    leave_out: Sequence[str] = (),
    prepared: Path | None = None,
    progress: Progress | None = None,
) -> tuple[str, FittedLikeness]:
    """Look at a cohort through a bundle and write into the bundle what its cases are like.

    Everything else in the bundle stays as it is but for a paragraph of the model card. Returns the
    bundle's new hash, and what was written.

    Parameters
    ----------
    images_are_cubes
        As in the configuration of a run on crops: what an image's spacing was before is not known.
    leave_out
        Patients whom the bundle was not fitted on.

    Raises
    ------
    BundleError
        If the bundle is refused.
    InputError
        If an image can't be read, a patient to leave out is not in the cohort, or there are too few.
    """
    progress = progress or Progress()
    be_deterministic()
    bundle = Bundle.open(bundle_path)
    whole = read_cohort(cohort_path, outcome=False)
    unknown = sorted(set(leave_out) - {row.patient_id for row in whole.rows})
    if unknown:
        raise InputError(f"{cohort_path} has no patient {unknown[0]} to leave out")
    folds = _folds(whole, bundle.metadata.ctprog.seeds[0])
    kept = [n for n, row in enumerate(whole.rows) if row.patient_id not in leave_out]
    cohort = Cohort(whole.path, tuple(whole.rows[n] for n in kept))
    if isinstance(bundle.parts, EndpointParts):
        patches = _of_patches(
            bundle, bundle.parts, cohort, images_are_cubes=images_are_cubes, progress=progress
        )
        found = list(patches)
    elif isinstance(recipe := bundle.parts.spec.recipe, CubeRecipe):
        found = _of_cubes(
            bundle, recipe, cohort, images_are_cubes=images_are_cubes, prepared=prepared, progress=progress
        )
    else:
        found = list(_of_chests(bundle, recipe, cohort, prepared, progress))
    there = [n for n, sight in zip(kept, found, strict=True) if sight is not None]
    fitted = fit_likeness([sight for sight in found if sight is not None], folds[np.array(there)])
    return _rewritten(bundle, fitted), fitted


def _folds(cohort: Cohort, seed: int) -> Index:
    """The table's own folds, else as many as can be with several patients each: no outcome is looked at."""
    given = [row.fold for row in cohort.rows if row.fold is not None]
    if len(given) == len(cohort.rows):
        return np.array(given, dtype=np.int64)
    count = min(_FOLDS, len(cohort.rows) // 4)
    alike = np.zeros(len(cohort.rows), dtype=np.bool_)
    return dealt(alike, max(count, 2), np.random.default_rng([seed, 0]))


def _of_cubes(
    bundle: Bundle,
    recipe: CubeRecipe,
    cohort: Cohort,
    *,
    images_are_cubes: bool,
    prepared: Path | None,
    progress: Progress,
) -> list[Sight | None]:
    """What there is to see of each patient; None without a ROI."""
    spec = bundle.survival.spec.network_spec
    assert isinstance(spec, RoiAttentionSpec)
    encoder = load_network(bundle, bundle.survival.spec.models.encoder, build_roi_encoder(spec.encoder))
    measurer = RoiMeasurer(encoder, torch.device("cpu"))
    cubes = prepare_cubes(
        cohort, recipe, images_are_cubes=images_are_cubes, cache=prepared, progress=progress.part(0.0, 0.5)
    )
    sights: list[Sight | None] = []
    for number, (row, cube) in enumerate(zip(cohort.rows, cubes, strict=True)):
        progress.report(0.5 + 0.5 * number / len(cubes), "Looking at the cohort")
        if cube is None:
            sights.append(None)
            continue
        maps = measurer.encode(cube.cube.pixels(recipe))
        measured = measurer.measure(maps, cube.roi, recipe.spacing_mm)
        sight = cube_sight(measurer, cube.cube, cube.roi, measured)
        sights.append(sight if images_are_cubes else _acquired(row, sight))
    return sights


def _of_chests(
    bundle: Bundle, recipe: SliceRecipe, cohort: Cohort, prepared: Path | None, progress: Progress
) -> list[Sight]:
    model = SliceAttentionModel.of_bundle(bundle, torch.device("cpu"))
    images = prepare_cohort(cohort, recipe, prepared, progress.part(0.0, 0.5))
    sights = []
    for number, (row, image) in enumerate(zip(cohort.rows, images, strict=True)):
        progress.report(0.5 + 0.5 * number / len(images), "Looking at the cohort")
        features = model.features_before(model.encode(image.pixels.astype(np.float32)))
        sights.append(_acquired(row, chest_sight(image.pixels, recipe, image.summary["height_mm"], features)))
    return sights


def _of_patches(
    bundle: Bundle, parts: EndpointParts, cohort: Cohort, *, images_are_cubes: bool, progress: Progress
) -> Iterator[Sight | None]:
    """As an endpoint's models see each patient, by the first endpoint's encoder."""
    spec = parts.spec
    encoder = load_network(bundle, spec.endpoints[0].models.encoder, build_encoder(spec.encoder_spec)).eval()
    for number, row in enumerate(cohort.rows):
        progress.report(number / len(cohort.rows), "Looking at the cohort")
        volume, roi = read_case(row)
        if roi is None or roi.is_empty:
            yield None
            continue
        patch = cut_patch(volume, roi, spec.recipe)
        with torch.inference_mode():
            features = encode(encoder, patch.pixels(spec.recipe), torch.device("cpu"))
        sight = patch_sight(patch, roi, features)
        yield sight if images_are_cubes else _acquired(row, sight)


def _acquired(row: PatientRow, sight: Sight) -> Sight:
    """With what the header of the patient's series says; its pixels are not read again."""
    from ctprog_gui.core.dicom.open_path import open_path

    (series,) = open_path([row.image])
    assert series.info.geometry is not None, "it was prepared, so it has one"
    return sight.acquired(series.info.geometry, series.info.acquisition)


def _rewritten(bundle: Bundle, fitted: FittedLikeness) -> str:
    """The bundle's folder replaced by one with the likeness in it; returns its hash."""
    out = bundle.path
    try:
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=out.parent))
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror or error}") from error
    try:
        shutil.copytree(out, partial, dirs_exist_ok=True)
        write_tensors(partial / REFERENCE, {k: torch.from_numpy(v) for k, v in fitted.arrays.items()})
        calibration = json.loads((partial / CALIBRATION).read_text(encoding="utf-8"))
        calibration["likeness"] = {**fitted.told, "reference": REFERENCE}
        text = json.dumps(calibration, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (partial / CALIBRATION).write_text(text, encoding="utf-8", newline="\n")
        card = (partial / CARD).read_text(encoding="utf-8")
        (partial / CARD).write_text(_with_paragraph(card, fitted), encoding="utf-8", newline="\n")
        (partial / CHECKSUMS).write_text(checksum_list(partial), encoding="utf-8", newline="\n")
        sha256 = Bundle.open(partial).sha256
        put_in_place(partial, out)
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return sha256


def _with_paragraph(card: str, fitted: FittedLikeness) -> str:
    """The card with its paragraph on the out-of-range check, in the place of an older one."""
    before, _, after = card.partition(f"\n{_HEADING}\n")
    if after:
        # Up to the next heading.
        rest = after.partition("\n## ")
        before += f"\n## {rest[2]}" if rest[2] else ""
    told = fitted.told
    spacing = "slice_spacing_mm" in told["ranges"]
    unknown = [
        words
        for words, known in (
            ("spacing", spacing),
            ("tube voltage", "kvp" in told["ranges"]),
            ("reconstruction kernel", "kernels" in told),
        )
        if not known
    ]
    checks = len(told["ranges"]) + 2 + ("kernels" in told)
    text = (
        f"A case is held against {told['cases']} of the cohort by {checks} checks: single values, the "
        "histogram of HU (earth mover's distance to the fifth nearest case) and what the encoder sees "
        f"(Mahalanobis distance). The limits were chosen so that {100 * FLAGGED:.0f} % of the cohort's own "
        f"cases pass any of them; with limits from the other folds {100 * told['flagged_share']:.1f} % did. "
        "No outcome is used. A case inside all limits may still be unlike the cohort in what none of them "
        "looks at."
    )
    if unknown:
        text += f" Not known of the cohort, and so not compared: {', '.join(unknown)}."
    return f"{before.rstrip()}\n\n{_HEADING}\n{textwrap.fill(text, 100, break_on_hyphens=False)}\n"
