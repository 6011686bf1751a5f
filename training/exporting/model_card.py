"""The text that goes with a bundle: what it is, on whom it was fitted, how well it did."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

from ctprog_gui.core.cohort.clinical import LEAST_PATIENTS
from training.cohorts.clinical import read_declaration
from training.configuration.experiment import Config, RoiAttentionConfig, SliceAttentionConfig
from training.evaluation.evaluate import Evaluation, evaluate
from training.evaluation.measure import Measure
from training.evaluation.strata_versus import read_differences

_CARD = """# {name}

**Research use only.** {intended_use}

- System: slice attention with DeepHit ({design},
  distribution of the month of death over {bins} months), an ensemble of {heads} heads.
- Reads: {reads}
- Fitted on: {trained_on}
- Licence: {license}
- Seed: {seed}

## How well it did
Out-of-fold, {folds} folds, {patients} patients of whom {events} died:

| measure | value |
|---|---|
{measures}

The intervals are the 2.5th and 97.5th percentiles over {resamples} bootstrap samples of the patients,
with the out-of-fold predictions held fixed: they do not include the variation of fitting.
{how_fitted}
{clinical}
## What the score is
Expected months of life lost within {bins} months: the area above the predicted survival curve.
Higher is worse. The low and high groups part at the median out-of-fold score of the cohort, so
the log-rank test and hazard ratio between them, computed on the same patients, are in-sample.
The reference scores come from one fold's {per_fold}; a new case is scored by the mean of all {heads}.

## Limits
{limits}
- The band around the curve is the range of the heads. It shows how far they disagree, and is no
  confidence interval.
- Attention says which slices weighed in, not why, and is no segmentation.
"""

_SYNTHETIC = """- The cohort is synthetic. The score says nothing about a patient; the bundle exists to show
  and to test the path from image to screen.
- Everything about a real CT that the phantom lacks (other diseases, contrast phases, artefacts,
  breathing) is outside what it was fitted on."""
_REAL = "- Not validated for any clinical use."


_CHEST = "frozen slice encoder, soft attention over axial slices"
_TUNED = "slice encoders whose end was fitted, one for each head, soft attention over axial slices"
_CUBE = "frozen slice encoder read at the ROI, attention over the ROI's slices"
_READS_CUBE = """the CT in a cube of {side:g} mm around the ROI, and the contour (image + ROI). The encoder
  was taught to measure the tumour, its rim and its surroundings; the score is made of these
  measures, of how much of the ROI each slice holds, and of the ROI's volume{besides}."""
_CLINICAL = """
## Clinical values
The score is made of these besides. In brackets: how many of the fitted patients had each level. What is
not known counts as the training patients' mean and adds nothing. A level of fewer than {least} patients
bears no weight, and the prediction says so where it is given.

{inputs}

The TNM edition is {edition}.
"""
_HOW_CUBE = """The encoder learnt from images and ROIs {transductive}. The strength of the
penalties {ridge}. How far the curves spread was fitted in cross-validation inside each fold's training
patients{level}. {never}Patients without a ROI ({without}) are in no figure."""
_SEEDS = """Figures that name no seeds are of seed {first}, whose encoder and heads this bundle holds: the
first that the configuration names, not the best. The other {others} show how much hangs on the seed."""


def model_card(config: Config, run: Path) -> str:
    """Render the card of a finished run."""
    found = evaluate(run)
    per_fold = config.heads_per_fold
    more = [f"- {limit}" for limit in config.bundle.limits]
    return _CARD.format(
        name=config.name,
        intended_use=config.bundle.beyond_research_use,
        bins=config.network.bins,
        heads=per_fold * found.folds,
        per_fold="head" if per_fold == 1 else f"{per_fold} heads",
        trained_on=config.bundle.trained_on,
        license=config.bundle.license,
        seed=config.seed,
        folds=found.folds,
        patients=found.patients,
        events=found.events,
        measures=measures_table(found) + "".join(_row(one) for one in read_differences(run)),
        resamples=found.resamples,
        limits="\n".join([_SYNTHETIC if config.bundle.synthetic else _REAL, *more]),
        design=_design(config),
        clinical=_clinical(config, run),
        reads=_READS_CUBE.format(
            side=config.recipe.side_mm,
            besides=", and of the clinical values below" if config.clinical else ". No clinical value",
        )
        if isinstance(config, RoiAttentionConfig)
        else "the CT alone; no ROI, no clinical value.",
        how_fitted=_how_fitted(config, run),
    )


def _design(config: Config) -> str:
    if isinstance(config, RoiAttentionConfig):
        return _CUBE
    of_slices = isinstance(config, SliceAttentionConfig)
    return _TUNED if of_slices and config.network.encoder.trainable != "none" else _CHEST


def _how_fitted(config: Config, run: Path) -> str:
    if not isinstance(config, RoiAttentionConfig):
        return ""
    environment = json.loads((run / "environment.json").read_text(encoding="utf-8"))
    of_all = config.pretraining.images == "cohort"
    left_out = len(config.never_fit)
    told = _HOW_CUBE.format(
        transductive="of all folds, and from no survival time (transductive)"
        if of_all
        else "of a fold's training patients alone",
        never=f"{left_out} of the patients stand in no fit at all, only among the predicted. "
        if left_out
        else "",
        without=len(environment["left_out_without_roi"]),
        ridge="was chosen inside each fold's training patients"
        if len(config.fit.ridge) > 1
        else "is the same in all folds",
        level=f", and their level to those of {config.curve_level} among these" if config.curve_level else "",
    )
    parts = [told]
    if len(config.seeds) > 1:
        parts.append(_SEEDS.format(first=config.seed, others=len(config.seeds) - 1))
    return "".join("\n" + textwrap.fill(part, 100, break_on_hyphens=False) + "\n" for part in parts).rstrip(
        "\n"
    )


def _clinical(config: Config, run: Path) -> str:
    """What is taken besides the image, for a run that takes anything."""
    if not isinstance(config, RoiAttentionConfig) or not config.clinical:
        return ""
    lines = []
    for one in read_declaration(run):
        levels = ", ".join(f"{level.label} ({level.patients})" for level in one.levels)
        told = levels or f"{one.low:g} to {one.high:g} {one.unit or ''}".strip()
        may = "may be unknown" if one.unknown else "must be known: no fitted patient lacked it"
        note = f" {one.note}" if one.note else ""
        lines.append(f"- **{one.label}** (`{one.name}`): {told}; {may}.{note}")
    edition = f"the {config.tnm_edition}th" if config.tnm_edition else "not named by the cohort's tables"
    return _CLINICAL.format(inputs="\n".join(lines), edition=edition, least=LEAST_PATIENTS)


def measures_table(found: Evaluation) -> str:
    """The rows of the table of measures."""
    return "\n".join(_row(measure).strip() for measure in found.measures)


def _row(measure: Measure) -> str:
    return f"\n| {measure.name} | {measure.text} |"
