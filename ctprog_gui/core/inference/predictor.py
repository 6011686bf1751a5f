"""Asking a bundle about a case."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference.attribution import mass_in, saliency_of
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case, Outcome
from ctprog_gui.core.inference.device import be_deterministic, choose_device
from ctprog_gui.core.inference.placement import place
from ctprog_gui.core.inference.prediction import Caution, Prediction, SliceAttention, SurvivalCurve
from ctprog_gui.core.inference.slice_attention import HeadsAnswer, SliceAttentionModel
from ctprog_gui.core.preprocessing.slices import NetworkSlices, cut_slices
from ctprog_gui.core.preprocessing.summary import summarise
from ctprog_gui.core.shared.progress import Progress

# Prepared images kept in memory (some 10 MB each): enough to go back and forth between cases.
_KEPT = 4


@dataclass(frozen=True, eq=False)
class _Prepared:
    slices: NetworkSlices
    features: Tensor
    summary: dict[str, float]


class Predictor:
    """One bundle, loaded and ready.

    A second question about the same volume reuses its prepared slices and their features. The same
    case gives the same bits each time, on the same machine, in any process.

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
        self._model = SliceAttentionModel.of_bundle(bundle, choose_device(device))
        self._kept: OrderedDict[str, _Prepared] = OrderedDict()
        cutoff = bundle.calibration.cutoff
        self._placement = place(bundle.cohort, cutoff.value, cutoff_in_sample=cutoff.in_sample)

    def predict(self, case: Case, progress: Progress | None = None, *, saliency: bool = False) -> Outcome:
        """Answer for one case; with `saliency`, also where in the CT the score came from.

        Raises
        ------
        Cancelled
            If `progress` was cancelled.
        """
        progress = progress or Progress()
        if case.volume.geometry.orientation != "axial":
            detail = f"the series is {case.volume.geometry.orientation}; axial slices are needed"
            return Outcome(self._unscored(Caution("needs_axial", detail)))
        if self.bundle.spec.uses_roi != "none" and case.roi is None:
            return Outcome(self._unscored(Caution("needs_roi", "a ROI of the tumour is needed")))
        prepared = self._prepare(case, progress.part(0.0, 0.7 if saliency else 0.9))
        progress.report(0.7 if saliency else 0.9, "Predicting")
        prediction = self._prediction(case, prepared, self._model.answer(prepared.features))
        if not saliency:
            progress.report(1.0, "Predicted")
            return Outcome(prediction)
        found = saliency_of(
            self._model, prepared.slices, prepared.features, case.volume.geometry, progress.part(0.7, 1.0)
        )
        if case.roi is not None:
            prediction = replace(prediction, saliency_mass_in_roi=mass_in(found, case.roi))
        progress.report(1.0, "Predicted")
        return Outcome(prediction, found)

    def _prepare(self, case: Case, progress: Progress) -> _Prepared:
        key = case.volume.sha256
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        recipe = self.bundle.spec.recipe
        slices = cut_slices(case.volume, recipe, progress.part(0.0, 0.4))
        features = self._model.encode(slices.pixels, progress.part(0.4, 1.0))
        summary = summarise(slices, recipe) | {"feature_distance": self._model.distance(features)}
        self._kept[key] = _Prepared(slices, features, summary)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def _prediction(self, case: Case, prepared: _Prepared, answer: HeadsAnswer) -> Prediction:
        bundle = self.bundle
        score = answer.risk_score
        cutoff = bundle.calibration.cutoff.value
        return Prediction(
            bundle=bundle.name,
            system=bundle.system,
            bundle_sha256=bundle.sha256,
            risk_score=score,
            risk_group="high" if score > cutoff else "low",
            cutoff=cutoff,
            percentile=bundle.cohort.percentile(score),
            survival=_curve(answer, bundle.spec.interval_kind),
            placement=self._placement,
            attention=_attention(case.volume.geometry, prepared.slices, answer),
            warnings=tuple(self._cautions(prepared, score)),
        )

    def _unscored(self, caution: Caution) -> Prediction:
        bundle = self.bundle
        return Prediction(bundle.name, bundle.system, bundle.sha256, warnings=(caution,))

    def _cautions(self, prepared: _Prepared, score: float) -> list[Caution]:
        cautions = []
        if self.bundle.metadata.ctprog.synthetic:
            detail = "fitted on synthetic phantoms: its score says nothing about a patient"
            cautions.append(Caution("synthetic_training_data", detail))
        if not prepared.slices.lungs_found:
            detail = "no lungs were found; the whole body was looked at instead"
            cautions.append(Caution("no_lungs_found", detail))
        values = prepared.summary | {"risk_score": score}
        for name, range_ in self.bundle.calibration.training_ranges.items():
            value = values.get(name)
            if value is not None and not range_.low <= value <= range_.high:
                detail = (
                    f"{name} is {value:.4g}, outside the {range_.low:.4g} to {range_.high:.4g} of the "
                    "cohort it was fitted on"
                )
                cautions.append(Caution("out_of_range", detail))
        return cautions


def _curve(answer: HeadsAnswer, interval_kind: str) -> SurvivalCurve:
    several = len(answer.survival) > 1
    return SurvivalCurve(
        months=tuple(float(m) for m in range(answer.survival.shape[1])),
        probability=tuple(answer.survival.mean(axis=0).tolist()),
        lower=tuple(answer.survival.min(axis=0).tolist()) if several else None,
        upper=tuple(answer.survival.max(axis=0).tolist()) if several else None,
        interval_kind=interval_kind if several else None,
    )


def _attention(series: Geometry, slices: NetworkSlices, answer: HeadsAnswer) -> tuple[SliceAttention, ...]:
    """The heads' mean attention as weights of the series' own slices."""
    weights = slices.to_series(answer.attention.mean(axis=0))
    weights = weights / weights.sum()
    middle = np.array([(series.size[0] - 1) / 2, (series.size[1] - 1) / 2])
    return tuple(
        SliceAttention(k, float(series.index_to_patient([*middle, k])[2]), float(weight))
        for k, weight in enumerate(weights)
    )
