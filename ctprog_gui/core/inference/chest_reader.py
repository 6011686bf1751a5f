"""Reading the axial slices of the whole chest."""

from __future__ import annotations

import copy
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.attribution import saliency_of
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.likeness import Sight, hu_histogram
from ctprog_gui.core.inference.prediction import Caution
from ctprog_gui.core.inference.reading import Reading
from ctprog_gui.core.inference.saliency import Saliency
from ctprog_gui.core.inference.slice_attention import SliceAttentionModel
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.preprocessing.slices import NetworkSlices, cut_slices
from ctprog_gui.core.preprocessing.summary import summarise
from ctprog_gui.core.shared.progress import Progress

# Prepared images kept in memory (some 10 MB each): enough to go back and forth between cases.
_KEPT = 4
# A rim of this share may be cut off without a word.
_UNSEEN = 0.02


@dataclass(frozen=True, eq=False)
class _Prepared:
    slices: NetworkSlices
    features: Tensor
    maps: Tensor | None
    summary: dict[str, float]
    sight: Sight


class ChestReader:
    """Slice attention over the chest; a volume's slices and features are kept for the next question."""

    def __init__(self, bundle: Bundle, recipe: SliceRecipe, device: torch.device) -> None:
        self._recipe = recipe
        self._model = SliceAttentionModel.of_bundle(bundle, device, recipe.slice_size)
        self._kept: OrderedDict[str, _Prepared] = OrderedDict()

    def read(self, case: Case, progress: Progress) -> Reading:
        """See `Reader`."""
        prepared = self._prepare(case.volume, progress)
        answer = self._model.answer(prepared.features)
        slices = prepared.slices
        cautions = []
        if not slices.lungs_found:
            detail = "no lungs were found; the whole body was looked at instead"
            cautions.append(Caution("no_lungs_found", detail))
        if case.roi is not None and (unseen := slices.share_unseen(case.roi)) > _UNSEEN:
            detail = (
                f"{100 * unseen:.0f} % of the ROI lies outside the lungs' box, where the model sees nothing"
            )
            cautions.append(Caution("tumour_outside_lungs", detail))
        weights = None
        if not self._model.encoder.takes_volume:
            spread = slices.to_series(answer.attention.mean(axis=0))
            weights = spread / spread.sum()

        def trace(part: Progress) -> Saliency:
            return saliency_of(self._model, slices, prepared.features, part, prepared.maps)

        sight = prepared.sight.acquired(case.volume.geometry, case.acquisition)
        return Reading(answer, weights, prepared.summary, sight, trace, tuple(cautions))

    def randomised(self, case: Case, seed: int) -> ChestReader:
        """See `Reader`."""
        prepared = self._kept[case.volume.sha256]
        other = copy.copy(self)
        other._kept = OrderedDict()
        other._model = self._model.randomised(prepared.slices.pixels, seed)
        return other

    def _prepare(self, volume: Volume, progress: Progress) -> _Prepared:
        key = volume.sha256
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        slices = cut_slices(volume, self._recipe, progress.part(0.0, 0.4))
        features, maps = self._model.look(slices.pixels, progress.part(0.4, 1.0))
        summary = summarise(slices, self._recipe) | {"feature_distance": self._model.distance(features)}
        sight = chest_sight(
            slices.pixels, self._recipe, summary["height_mm"], self._model.features_before(features)
        )
        self._kept[key] = _Prepared(slices, features, maps, summary, sight)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def chest_sight(
    pixels: NDArray[np.floating], recipe: SliceRecipe, height_mm: float, features: Tensor
) -> Sight:
    """What of a chest's slices is held against a cohort, without how they were acquired."""
    low, high = recipe.hu_window
    return Sight(
        {"height_mm": height_mm},
        hu_histogram(low + (high - low) * pixels.astype(np.float32)),
        features.double().mean(dim=0).cpu().numpy(),
    )
