"""The model card of a bundle of endpoints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ctprog_gui.core.radiomics.extraction import feature_names
from training.configuration.radscore import DeepRadscoreConfig

_CARD = """# {name}

**Research use only.** {intended_use}

- System: Deep-RadScore (Zhang et al. 2024). Radiomics of the tumour and of the {ring:g} mm ring around
  it{clip} ({features} features each) become a RadScore each; {encoder} looks at the {side} × {side} patch of
  {spacing:g} mm pixels on the slice of the tumour's largest area; its vector is narrowed to {deep}
  features, and a classifier decides by these and the RadScores. One such model a fold, {endpoints}.
- Radiomics settings: {settings}.
- Reads: the CT and the contour of the tumour. No clinical value.
- Fitted on: {trained_on}
- Licence: {license}
- Seed: {seed}

## How well it did
Out-of-fold, each patient by the model that never saw the patient:

| endpoint | patients | positive | AUC (95 %) | classifiers (folds) |
|---|---|---|---|---|
{rows}

Intervals are DeLong's. By chance an AUC is 0.5{below}.
Where the best classifier of a fold holds its patients' features (support vectors, nearest neighbours) the
best of the others stands here and travels in its place.

## What a probability is
That of the mean log odds of the folds' models; the interval is the range of their probabilities. It shows
how far they disagree, and is no confidence interval. Probabilities are not recalibrated. Contributions are
Shapley values on the log odds against the training patients' mean, of the patch as a whole and of each
feature of the RadScores.

## Limits
{limits}
- The saliency map is of the network's own last layer, whose place the classifier has taken.
- A contribution says what moved this model's answer, not what causes the endpoint.
"""
_SYNTHETIC = """- The cohort is synthetic. What it says is of no patient; the bundle exists to show
  and to test the path from image to screen."""
_REAL = "- Not validated for any clinical use."


@dataclass(frozen=True)
class EndpointWorth:
    """How well an endpoint's models did out of fold; `auc` is the value with DeLong's interval."""

    name: str
    label: str
    patients: int
    positives: int
    auc: tuple[float, float, float]
    classifiers: str


def endpoints_card(name: str, config: DeepRadscoreConfig, worth: Sequence[EndpointWorth]) -> str:
    """Render the card; `config` is that of the first run."""
    chance = [one.label for one in worth if one.auc[1] <= 0.5]
    limits = [_SYNTHETIC if config.bundle.synthetic else _REAL, *(f"- {one}" for one in config.bundle.limits)]
    return _CARD.format(
        name=name,
        intended_use=config.bundle.beyond_research_use,
        ring=config.radiomics.ring_mm,
        clip="" if config.radiomics.clip == "none" else f", clipped to the {config.radiomics.clip},",
        features=len(feature_names(config.radiomics.method.settings)),
        settings=json.dumps(config.radiomics.settings) if config.radiomics.settings else "the defaults",
        encoder=config.encoder.name,
        side=config.preprocessing.side,
        spacing=config.preprocessing.spacing_mm,
        deep=config.head.deep,
        endpoints=f"{len(worth)} endpoints" if len(worth) > 1 else "one endpoint",
        trained_on=config.bundle.trained_on,
        license=config.bundle.license,
        seed=config.seed,
        rows="\n".join(
            f"| {one.label} | {one.patients} | {one.positives} | "
            f"{one.auc[0]:.3f} ({one.auc[1]:.3f} to {one.auc[2]:.3f}) | {one.classifiers} |"
            for one in worth
        ),
        below=f"; not told from chance: {', '.join(chance)}" if chance else "",
        limits="\n".join(limits),
    )
