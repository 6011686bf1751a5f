"""Asking a bundle about a case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference.bundle import Bundle, EndpointParts, SurvivalParts
from ctprog_gui.core.inference.bundle_schema import Spec
from ctprog_gui.core.inference.case import Case, Outcome
from ctprog_gui.core.inference.chest_reader import ChestReader
from ctprog_gui.core.inference.clinical_part import lacking
from ctprog_gui.core.inference.device import be_deterministic, choose_device
from ctprog_gui.core.inference.endpoint_rows import with_endpoints
from ctprog_gui.core.inference.likeness import Likeness, Resemblance
from ctprog_gui.core.inference.placement import place
from ctprog_gui.core.inference.prediction import (
    Caution,
    Prediction,
    RiskInterval,
    SliceAttention,
    SurvivalCurve,
)
from ctprog_gui.core.inference.radscore_reader import RadscoreReader
from ctprog_gui.core.inference.reading import Reader, Reading
from ctprog_gui.core.inference.sanity import Pictures, Sanity
from ctprog_gui.core.inference.sanity_check import check
from ctprog_gui.core.inference.slice_attention import HeadsAnswer, months_lost
from ctprog_gui.core.inference.tumour_reader import TumourReader
from ctprog_gui.core.networks.spec import RoiAttentionSpec
from ctprog_gui.core.preprocessing.recipe import CubeRecipe, SliceRecipe
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress

# Values that are held against the training ranges: in words, with their unit and its size.
_IN_WORDS = {
    "height_mm": ("height of the lungs", " mm", 1.0),
    "mean_hu": ("mean of the image", " HU", 1.0),
    "sd_hu": ("spread of the image", " HU", 1.0),
    "roi_volume_mm3": ("volume of the ROI", " mL", 1000.0),
    "feature_distance": ("distance from the average case", " SD", 1.0),
    "risk_score": ("the score itself,", "", 1.0),
}
# Those of them that the likeness of a case looks at too, by better means.
_SEEN = frozenset(
    {"height_mm", "mean_hu", "sd_hu", "cube_mean_hu", "cube_sd_hu", "cube_air_share"}
    | {"roi_volume_mm3", "feature_distance"}
)


class Predictor:
    """One bundle, loaded and ready.

    A second question about the same volume reuses what was prepared of it. The same questions give
    the same bits each time, on the same machine, in any process.

    Raises
    ------
    BundleError
        If the bundle's weights do not fit its description.
    InputError
        If the device isn't there.
    """

    def __init__(self, bundle: Bundle, device: str = "cpu") -> None:
        be_deterministic()
        self.bundle = bundle
        self._device = choose_device(device)
        self._reader = _reader(bundle, self._device)
        self._likeness = Likeness.of_bundle(bundle)
        self._placement = None
        if isinstance(bundle.parts, SurvivalParts):
            cutoff = bundle.parts.calibration.cutoff
            self._placement = place(bundle.parts.cohort, cutoff.value, cutoff_in_sample=cutoff.in_sample)

    def predict(self, case: Case, progress: Progress | None = None, *, saliency: bool = False) -> Outcome:
        """Answer for one case; with `saliency`, also where in the CT the score came from.

        A GPU whose memory does not suffice is left for the CPU, for this case and those after it,
        and the prediction says so.

        Raises
        ------
        Cancelled
            If `progress` was cancelled.
        InputError
            If the machine's own memory does not suffice.
        """
        progress = progress or Progress()
        try:
            return self._answer(case, progress, saliency=saliency)
        except torch.OutOfMemoryError as error:
            if self._device.type == "cpu":
                raise InputError("there is not enough memory to predict on this case") from error
        self._device = torch.device("cpu")
        self._reader = _reader(self.bundle, self._device)
        outcome = self._answer(case, progress, saliency=saliency)
        caution = Caution("gpu_out_of_memory", "the GPU's memory did not suffice; computed on the CPU")
        prediction = replace(outcome.prediction, warnings=(*outcome.prediction.warnings, caution))
        return replace(outcome, prediction=prediction)

    def check(self, case: Case, progress: Progress | None = None) -> tuple[Sanity, Pictures]:
        """Whether the score's map hangs on what was learnt, and how well the score repeats.

        By a reader of its own, so that what was placed and kept for predictions stays as it is; on the
        CPU, where it computes the same each time.

        Raises
        ------
        Cancelled
            If `progress` was cancelled.
        InputError
            If the case can't be scored, or the bundle has no risk score.
        """
        if not isinstance(self.bundle.parts, SurvivalParts):
            raise InputError("a bundle of endpoints has no risk score to check")
        return check(
            _reader(self.bundle, torch.device("cpu")),
            case,
            float(self.bundle.parts.cohort.risk_score.std()),
            bundle=self.bundle.name,
            bundle_sha256=self.bundle.sha256,
            moves_roi=self.bundle.spec.uses_roi != "none",
            progress=progress or Progress(),
        )

    def _answer(self, case: Case, progress: Progress, *, saliency: bool) -> Outcome:
        if case.volume.geometry.orientation != "axial":
            detail = f"the series is {case.volume.geometry.orientation}; axial slices are needed"
            return Outcome(self._unscored(Caution("needs_axial", detail)))
        if self.bundle.spec.uses_roi != "none" and case.roi is None:
            return Outcome(self._unscored(Caution("needs_roi", "a ROI of the tumour is needed")))
        needed = lacking(self.bundle.spec.clinical_inputs, case.clinical)
        if needed is not None:
            return Outcome(self._unscored(needed))
        reading = self._reader.read(case, progress.part(0.0, 0.7 if saliency else 0.9))
        if isinstance(reading, Caution):
            return Outcome(self._unscored(reading))
        progress.report(0.7 if saliency else 0.9, "Predicting")
        prediction = self._prediction(case.volume.geometry, reading)
        if not saliency:
            progress.report(1.0, "Predicted")
            return Outcome(prediction)
        found = reading.trace(progress.part(0.7, 1.0))
        if case.roi is not None:
            prediction = replace(prediction, saliency_mass_in_roi=found.mass_in(case.roi))
        if any(found.short_mm):
            prediction = replace(prediction, saliency_short_mm=found.short_mm)
        progress.report(1.0, "Predicted")
        return Outcome(prediction, found)

    def _prediction(self, series: Geometry, reading: Reading) -> Prediction:
        bundle, parts = self.bundle, self.bundle.parts
        resemblance = self._likeness.compare(reading.sight) if self._likeness else None
        score = reading.answer.risk_score if reading.answer is not None else None
        prediction = Prediction(
            bundle=bundle.name,
            system=bundle.system,
            bundle_sha256=bundle.sha256,
            contributions=reading.contributions,
            cube=reading.cube,
            likeness=None if resemblance is None else _likeness(resemblance),
            warnings=tuple(self._cautions(reading, score, resemblance)),
        )
        if isinstance(parts, EndpointParts):
            return with_endpoints(prediction, parts, reading)
        assert reading.answer is not None, "a system of survival says when"
        assert score is not None
        cutoff = parts.calibration.cutoff.value
        return replace(
            prediction,
            risk_score=score,
            risk_interval=_interval(reading.answer),
            risk_group="high" if score > cutoff else "low",
            cutoff=cutoff,
            percentile=parts.cohort.percentile(score),
            survival=_curve(reading.answer, parts.spec),
            placement=self._placement,
            attention=_attention(series, reading),
        )

    def _unscored(self, caution: Caution) -> Prediction:
        bundle = self.bundle
        return Prediction(bundle.name, bundle.system, bundle.sha256, warnings=(caution,))

    def _cautions(
        self, reading: Reading, score: float | None, resemblance: Resemblance | None
    ) -> list[Caution]:
        cautions = []
        if self.bundle.metadata.ctprog.synthetic:
            detail = "fitted on synthetic phantoms: its score says nothing about a patient"
            if score is None:
                detail = "fitted on synthetic phantoms: what it says tells nothing about a patient"
            cautions.append(Caution("synthetic_training_data", detail))
        cautions += reading.cautions
        values = reading.summary | ({} if score is None else {"risk_score": score})
        unlike: list[str] = []
        if resemblance is not None:
            # Calibrated limits stand for the ranges of what is seen; those of other values remain.
            unlike = [finding.detail for finding in resemblance.unlike]
            values = {name: value for name, value in values.items() if name not in _SEEN}
        unlike += self._unlike(values)
        if unlike:
            says = "its score" if score is not None else "what it says"
            detail = f"unlike the cases it was fitted on, so {says} may mislead: {'; '.join(unlike)}"
            cautions.append(Caution("out_of_range", detail))
        return cautions

    def _unlike(self, values: dict[str, float]) -> list[str]:
        """What lies outside the range of the cohort, in words."""
        told = []
        for name, range_ in self.bundle.calibration.training_ranges.items():
            value = values.get(name)
            if value is not None and not range_.low <= value <= range_.high:
                words, unit, scale = _IN_WORDS.get(name, (name, "", 1.0))
                low, high = (f"{number / scale:.4g}" for number in (range_.low, range_.high))
                told.append(f"{words} {value / scale:.4g}{unit} (fitted on {low} to {high})")
        return told


def _reader(bundle: Bundle, device: torch.device) -> Reader:
    if isinstance(bundle.parts, EndpointParts):
        return RadscoreReader(bundle, bundle.parts, device)
    recipe, network = bundle.parts.spec.recipe, bundle.parts.spec.network_spec
    if isinstance(recipe, CubeRecipe):
        assert isinstance(network, RoiAttentionSpec), "the bundle's schema holds the two together"
        return TumourReader(bundle, recipe, network, device)
    assert isinstance(recipe, SliceRecipe)
    return ChestReader(bundle, recipe, device)


# From this many heads on, percentiles tell more than the two outermost heads.
_ENOUGH_HEADS = 40


def _interval(answer: HeadsAnswer) -> RiskInterval | None:
    """How far the heads disagree on the score; None of a single head."""
    scores = months_lost(answer.survival)
    if len(scores) < 2:
        return None
    if len(scores) < _ENOUGH_HEADS:
        kind = f"range of the scores of the {len(scores)} heads"
        return RiskInterval(float(scores.min()), float(scores.max()), kind)
    lower, upper = np.percentile(scores, (2.5, 97.5))
    kind = f"2.5th to 97.5th percentile of the scores of the {len(scores)} heads"
    return RiskInterval(float(lower), float(upper), kind)


def _likeness(found: Resemblance) -> dict[str, Any]:
    return {
        "checks": [
            {
                "what": one.what,
                "value": round(one.value, 6),
                "unit": one.unit,
                "low": round(one.low, 6),
                "high": round(one.high, 6),
                "out": one.out,
            }
            for one in found.findings
        ],
        "not_known": list(found.not_known),
        "cases": found.cases,
        "cohort_flagged": found.flagged_share,
    }


def _curve(answer: HeadsAnswer, spec: Spec) -> SurvivalCurve:
    several = len(answer.survival) > 1
    return SurvivalCurve(
        months=tuple(float(m) for m in range(answer.survival.shape[1])),
        probability=tuple(answer.survival.mean(axis=0).tolist()),
        lower=tuple(answer.survival.min(axis=0).tolist()) if several else None,
        upper=tuple(answer.survival.max(axis=0).tolist()) if several else None,
        interval_kind=spec.interval_kind if several else None,
        level=spec.curve_level,
    )


def _attention(series: Geometry, reading: Reading) -> tuple[SliceAttention, ...] | None:
    if reading.attention is None:
        return None
    middles = np.empty((len(reading.attention), 3))
    middles[:, :2] = (series.size[0] - 1) / 2, (series.size[1] - 1) / 2
    middles[:, 2] = np.arange(len(middles))
    heights = series.index_to_patient(middles)[:, 2]
    rows = zip(heights.tolist(), reading.attention.tolist(), strict=True)
    return tuple(SliceAttention(k, height, weight) for k, (height, weight) in enumerate(rows))
