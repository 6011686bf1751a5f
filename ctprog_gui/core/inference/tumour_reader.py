"""Reading the cube around the tumour, at the ROI."""

from __future__ import annotations

import copy
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.cohort import clinical
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.clinical_part import contribution_rows, numbers, rare_levels
from ctprog_gui.core.inference.likeness import Sight, hu_histogram
from ctprog_gui.core.inference.prediction import Caution
from ctprog_gui.core.inference.reading import Reading
from ctprog_gui.core.inference.roi_attention import RoiAttentionModel, RoiMeasurements, RoiMeasurer
from ctprog_gui.core.inference.saliency import Saliency
from ctprog_gui.core.inference.slice_attention import load_heads, load_network
from ctprog_gui.core.inference.slices_read import SlicesRead
from ctprog_gui.core.networks.registry import build_roi_encoder, build_roi_head
from ctprog_gui.core.networks.spec import RoiAttentionSpec
from ctprog_gui.core.preprocessing.cube import CubePlacement, RoiCut, TumourCube, cut_cube, cut_roi, exceeds
from ctprog_gui.core.preprocessing.recipe import CubeRecipe
from ctprog_gui.core.shared.progress import Progress

# Cubes whose feature maps are kept in memory (some 20 MB each).
_KEPT = 3


@dataclass(frozen=True, eq=False)
class _Seen:
    cube: TumourCube
    slices: SlicesRead

    @property
    def maps(self) -> list[Tensor]:
        return self.slices.maps

    @cached_property
    def cut(self) -> RoiCut:
        """Of one ROI after another."""
        return RoiCut(self.cube.geometry)

    @cached_property
    def histogram(self) -> NDArray[np.float64]:
        """Of the cube alone: no stroke changes it."""
        return hu_histogram(self.cube.hu)


class TumourReader:
    """Slice attention within the ROI.

    The cube is placed at the first question about a volume and stays there (see
    `CubePlacement.kept`); its feature maps are kept, so that a question after a stroke costs the
    reading of the maps alone.

    Raises
    ------
    BundleError
        If the weights do not fit the network that the bundle describes.
    """

    def __init__(
        self, bundle: Bundle, recipe: CubeRecipe, spec: RoiAttentionSpec, device: torch.device
    ) -> None:
        self._recipe = recipe
        self._inputs = bundle.spec.clinical_inputs
        models = bundle.survival.spec.models
        encoder = load_network(bundle, models.encoder, build_roi_encoder(spec.encoder))
        heads = load_heads(bundle, models.heads, lambda: build_roi_head(spec))
        self._model = RoiAttentionModel(encoder, heads, device)
        self._placed: dict[str, CubePlacement] = {}
        self._kept: OrderedDict[tuple[str, CubePlacement], _Seen] = OrderedDict()

    def read(self, case: Case, progress: Progress) -> Reading | Caution:
        """See `Reader`."""
        roi = case.roi
        if roi is None or roi.is_empty:
            return Caution("needs_roi", "a ROI of the tumour is needed")
        volume = case.volume
        placed = self._placed.get(volume.sha256)
        if placed is None or case.recentre:
            placement = CubePlacement.at(roi)
        else:
            placement = placed.kept(roi, self._recipe)
        seen = self._see(volume, placement, progress)
        progress.report(1.0, "Reading the ROI")
        grid = seen.cube.geometry
        inside = seen.cut.of(roi)
        if not inside.any():
            return Caution("needs_roi", f"the ROI is too small: no voxel of {self._recipe.spacing_mm} mm")
        self._placed[volume.sha256] = placement
        known = torch.tensor(clinical.encode(self._inputs, case.clinical))
        measured = self._model.measure_again(seen.slices, inside, self._recipe.spacing_mm)
        measured = replace(measured, clinical=known)
        answer = self._model.answer(measured)
        cautions = rare_levels(self._inputs, case.clinical)
        if exceeds(roi, grid):
            detail = (
                f"the ROI reaches the faces of the {self._recipe.side_mm:g} mm cube that the model sees; "
                "it was read as far as it lies inside"
            )
            cautions.append(Caution("roi_exceeds_crop", detail))
        weights = seen.cube.to_series(answer.attention.mean(axis=0))

        sight = cube_sight(self._model, seen.cube, inside, measured, seen.histogram)

        def trace(part: Progress) -> Saliency:
            part.report(0.0, "Tracing the score back")
            return self._trace(seen, inside, measured)

        return Reading(
            answer,
            weights / weights.sum(),
            seen.cube.summary | self._summary(inside, measured) | numbers(self._inputs, case.clinical),
            sight.acquired(volume.geometry, case.acquisition),
            trace,
            tuple(cautions),
            contributions=contribution_rows(self._model.contributions(measured), self._inputs, case.clinical),
            cube={"centre_mm": list(placement.centre_mm), "side_mm": self._recipe.side_mm},
        )

    def randomised(self, case: Case, seed: int) -> TumourReader:
        """See `Reader`."""
        assert case.roi is not None, "it was read, so it has one"
        seen = next(reversed(self._kept.values()))
        inside = cut_roi(case.roi, seen.cube.geometry)
        other = copy.copy(self)
        other._placed, other._kept = dict(self._placed), OrderedDict()
        other._model = self._model.randomised(
            seen.cube.pixels(self._recipe), inside, self._recipe.spacing_mm, seed
        )
        return other

    def _see(self, volume: Volume, placement: CubePlacement, progress: Progress) -> _Seen:
        key = volume.sha256, placement
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        progress.report(0.0, "Cutting the cube around the tumour")
        cube = cut_cube(volume, self._recipe, placement)
        maps = self._model.encode(cube.pixels(self._recipe), progress.part(0.2, 1.0))
        self._kept[key] = _Seen(cube, SlicesRead(maps))
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def _summary(self, inside: NDArray[np.bool_], measured: RoiMeasurements) -> dict[str, float]:
        return {
            "roi_volume_mm3": float(np.count_nonzero(inside)) * self._recipe.spacing_mm**3,
            "feature_distance": self._model.distance(measured),
        }

    def _trace(self, seen: _Seen, inside: NDArray[np.bool_], measured: RoiMeasurements) -> Saliency:
        found = self._model.saliency(seen.maps, inside, measured).cpu().numpy()
        return Saliency(Volume(found, seen.cube.geometry))


def cube_sight(
    measurer: RoiMeasurer,
    cube: TumourCube,
    inside: NDArray[np.bool_],
    measured: RoiMeasurements,
    histogram: NDArray[np.float64] | None = None,
) -> Sight:
    """What of a cube and the ROI in it is held against a cohort, without how it was acquired.

    `histogram` is the cube's, where it was counted before.
    """
    voxel_mm3 = float(np.prod(cube.geometry.spacing_mm))
    return Sight(
        {"roi_volume_mm3": float(np.count_nonzero(inside)) * voxel_mm3},
        hu_histogram(cube.hu) if histogram is None else histogram,
        measurer.embedding(measured),
        names=(*measurer.encoder.spec.measures, "log_volume"),
    )
