"""The text that goes with a bundle: what it is, on whom it was fitted, how well it did."""

from __future__ import annotations

from pathlib import Path

from training.config import SliceAttentionConfig
from training.evaluate import Evaluation, evaluate

_CARD = """# {name}

**Research use only.** {intended_use}

- System: slice attention with DeepHit (frozen slice encoder, soft attention over axial slices,
  distribution of the month of death over {bins} months), an ensemble of {heads} heads.
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


def model_card(config: SliceAttentionConfig, run: Path) -> str:
    """Render the card of a finished run."""
    found = evaluate(run)
    per_fold = config.heads_per_fold
    return _CARD.format(
        name=config.name,
        intended_use=config.bundle.intended_use,
        bins=config.network.bins,
        heads=per_fold * found.folds,
        per_fold="head" if per_fold == 1 else f"{per_fold} heads",
        trained_on=config.bundle.trained_on,
        license=config.bundle.license,
        seed=config.seed,
        folds=found.folds,
        patients=found.patients,
        events=found.events,
        measures=measures_table(found),
        resamples=found.resamples,
        limits=_SYNTHETIC if config.bundle.synthetic else _REAL,
    )


def measures_table(found: Evaluation) -> str:
    """The rows of the table of measures."""
    return "\n".join(f"| {measure.name} | {measure.text} |" for measure in found.measures)
