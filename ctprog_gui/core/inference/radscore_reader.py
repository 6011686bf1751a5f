"""Reading a tumour, the ring around it and the patch on its largest slice, for endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import reorient_mask, resample_mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.attribution import cam_of, grid_of_maps, reached
from ctprog_gui.core.inference.bundle import Bundle, EndpointParts
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.compiled import compile_encoder
from ctprog_gui.core.inference.endpoints import (
    EndpointAnswer,
    EndpointModel,
    MissingFeature,
    contribution_rows,
)
from ctprog_gui.core.inference.likeness import Sight, hu_histogram
from ctprog_gui.core.inference.prediction import Caution
from ctprog_gui.core.inference.raised import folds_disagree, raised
from ctprog_gui.core.inference.reading import Reading
from ctprog_gui.core.inference.region_grid import RegionGrid
from ctprog_gui.core.inference.saliency import Saliency
from ctprog_gui.core.inference.slice_attention import load_network
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.preprocessing.axes import towards_lps
from ctprog_gui.core.preprocessing.patch import TumourPatch, cut_patch
from ctprog_gui.core.preprocessing.ring_clip import clip_region
from ctprog_gui.core.radiomics.extraction import FeatureExtractor
from ctprog_gui.core.radiomics.first_use import make_ready
from ctprog_gui.core.radiomics.ring import peritumoural_ring
from ctprog_gui.core.shared.errors import BundleError, InputError
from ctprog_gui.core.shared.progress import Progress

# Voxels around a region that are filtered along with it, so that a stroke costs what it changes: more than
# what is cut around a ROI where images have a spacing of their own, and with the ring.
_ROOM = 32
# A CT whose voxels are so many times as long as those of the cohort is resampled with a caution.
_COARSER = 1.1
# Images of a region are shared by so many threads at most.
_THREADS = 2


@dataclass(frozen=True, eq=False)
class _Seen:
    """A patch as an encoder sees it: its vector (1, feature) and the maps on the way."""

    features: Tensor
    maps: Tensor | None


class RadscoreReader:
    """Radiomics of tumour and ring, and the patch's vector; then each endpoint's models.

    What was filtered and counted of a volume's regions is kept, so that a question after a stroke
    costs what the stroke changed.

    Raises
    ------
    BundleError
        If networks, scores and classifiers do not fit together.
    """

    def __init__(self, bundle: Bundle, parts: EndpointParts, device: torch.device) -> None:
        spec = parts.spec
        self._parts = parts
        self._recipe, self._settings = spec.recipe, spec.settings
        self._ring_mm, self._spacing_mm = spec.radiomics.ring_mm, spec.radiomics.spacing_mm
        self._clip = spec.radiomics.clip
        self._clipped: tuple[str, Mask | None] | None = None
        self._grid: tuple[str, RegionGrid, Volume] | None = None
        self._turned: tuple[str, Volume] | None = None
        self._device = device
        self._encoders: dict[str, SliceEncoder] = {}
        self._compiled: dict[str, Any] = {}
        for name in dict.fromkeys(one.models.encoder for one in spec.endpoints):
            try:
                network = build_encoder(spec.encoder_spec)
            except ValueError as error:
                raise BundleError(f"bundle {bundle.name}: {error}") from error
            network = load_network(bundle, name, network).to(device).eval().requires_grad_(False)
            self._encoders[name] = network
            if device.type == "cpu":
                side = self._recipe.side
                key = f"{bundle.sha256}/{name}"
                self._compiled[name] = compile_encoder(network, (side, side), key)
        # How much of its maps each of them goes on with.
        self._reached: dict[str, tuple[int, int]] = {}
        self._models = [EndpointModel(bundle, parts, one) for one in spec.endpoints]
        # Of the last volume alone: the filtered images of a large tumour take some 100 MB.
        self._extractor: tuple[str, FeatureExtractor] | None = None

    def read(self, case: Case, progress: Progress) -> Reading | Caution:
        """See `Reader`."""
        roi, volume = case.roi, case.volume
        if roi is None or roi.is_empty:
            return Caution("needs_roi", "a ROI of the tumour is needed")
        try:
            radiomics = self._radiomics(volume, roi, progress.part(0.0, 0.6))
        except InputError as error:
            return Caution("needs_roi", str(error))
        progress.report(0.6, "Looking at the patch")
        patch = cut_patch(volume, roi, self._recipe)
        seen = {name: self._look(name, patch) for name in self._encoders}
        progress.report(0.9, "Asking the classifiers")
        answers = []
        for model in self._models:
            vector = seen[model.described.models.encoder].features[0].cpu()
            try:
                answers.append(model.answer(vector, radiomics))
            except MissingFeature as error:
                return Caution("needs_roi", f"the ROI is too small: {error}")
        traced = self._traced(answers, case.endpoint)

        def trace(part: Progress) -> Saliency:
            part.report(0.0, "Tracing the answer back")
            return self._trace(self._models[traced], patch, seen, radiomics)

        first = self._models[0].described.models.encoder
        return Reading(
            None,
            None,
            {"roi_volume_mm3": float(roi.count) * float(np.prod(roi.geometry.spacing_mm))},
            patch_sight(patch, roi, seen[first].features).acquired(volume.geometry, case.acquisition),
            trace,
            self._cautions(roi, patch),
            contributions=contribution_rows(answers, radiomics),
            endpoints=tuple(answers),
            traced=answers[traced].name,
        )

    def randomised(self, case: Case, seed: int) -> RadscoreReader:
        """See `Reader`. An answer of endpoints has no one score that could be checked so."""
        raise InputError("a bundle of endpoints has no risk score to check")

    def _radiomics(self, volume: Volume, roi: Mask, progress: Progress) -> dict[str, dict[str, float]]:
        make_ready(progress)
        within, clipped = None, self._clip_of(volume)
        if self._spacing_mm is None:
            volume = self._along_patient(volume)
            roi = reorient_mask(roi, volume.geometry)
            within = None if clipped is None else reorient_mask(clipped, volume.geometry)
        else:
            part, volume = self._part(volume, roi, self._spacing_mm)
            roi, within = part.mask(roi), part.within
            if clipped is not None:
                # Behind the CT's edge there is none of it.
                within = resample_mask(clipped, volume.geometry)
            if roi.is_empty:
                raise InputError(f"the ROI is too small: no voxel of {self._spacing_mm:g} mm")
        progress.report(0.0, "Measuring the tumour")
        extractor = self._extractor_of(volume)
        found = {"tumour": extractor.extract(roi, "tumour")}
        if self._ring_mm is not None:
            progress.report(0.5, "Measuring the ring around it")
            ring = peritumoural_ring(roi, self._ring_mm, within=within)
            if ring.is_empty:
                where = "image" if self._clip == "none" else self._clip
                raise InputError(
                    f"there is no ring of {self._ring_mm:g} mm around the ROI within the {where}"
                )
            found["ring"] = extractor.extract(ring, "ring")
        return found

    def _part(self, volume: Volume, roi: Mask, spacing_mm: float) -> tuple[RegionGrid, Volume]:
        """The CT around a ROI at the spacing of the cohort's images; it is kept while it serves."""
        beyond = self._ring_mm or 0.0
        kept = self._grid
        if kept is None or kept[0] != volume.sha256 or not kept[1].holds(roi, beyond):
            grid = RegionGrid.around(volume.geometry, roi, spacing_mm, beyond)
            kept = self._grid = volume.sha256, grid, grid.sampled(volume)
        return kept[1:]

    def _clip_of(self, volume: Volume) -> Mask | None:
        """What the rings of a CT are clipped to, if they are; it is looked for once."""
        kept = self._clipped
        if kept is None or kept[0] != volume.sha256:
            kept = self._clipped = volume.sha256, clip_region(volume, self._clip)
        return kept[1]

    def _along_patient(self, volume: Volume) -> Volume:
        """The CT stored along the patient's axes, so that no answer depends on how it was stored."""
        kept = self._turned
        if kept is None or kept[0] != volume.sha256:
            turned = towards_lps(volume)
            same = turned.geometry.difference_from(volume.geometry) is None
            kept = self._turned = volume.sha256, volume if same else turned
        return kept[1]

    def _extractor_of(self, volume: Volume) -> FeatureExtractor:
        """The extractor, gone over to a volume: another part of one CT keeps what was counted there."""
        if self._extractor is None:
            threads = min(_THREADS, torch.get_num_threads())
            made = FeatureExtractor(volume, self._settings, room=_ROOM, threads=threads)
            self._extractor = volume.sha256, made
        if self._extractor[0] != volume.sha256:
            self._extractor[1].go_to(volume)
            self._extractor = volume.sha256, self._extractor[1]
        return self._extractor[1]

    @torch.inference_mode()
    def _look(self, name: str, patch: TumourPatch) -> _Seen:
        pixels = patch.pixels(self._recipe)
        compiled = self._compiled.get(name)
        if compiled is not None:
            return _Seen(*compiled(pixels))
        return _Seen(*self._encoders[name].with_maps(torch.from_numpy(pixels)[None].to(self._device)))

    def _traced(self, answers: list[EndpointAnswer], asked: str | None) -> int:
        """The endpoint that is asked for, else the one that stands out most from its training patients.

        One that is not told from chance, or on which the folds disagree, is looked at only where it is
        asked for, or where all are such.
        """
        names = [answer.name for answer in answers]
        if asked in names:
            return names.index(asked)
        fitted = [self._parts.calibration.endpoints[name] for name in names]
        above = np.array(
            [raised(answer.log_odds, one.prevalence) for answer, one in zip(answers, fitted, strict=True)]
        )
        able = np.array(
            [
                one.auc.lower > 0.5 and not folds_disagree(answer.probability.min(), answer.probability.max())
                for answer, one in zip(answers, fitted, strict=True)
            ]
        )
        return int(np.argmax(np.where(able, above, -np.inf) if able.any() else above))

    def _trace(
        self,
        model: EndpointModel,
        patch: TumourPatch,
        seen: dict[str, _Seen],
        radiomics: dict[str, dict[str, float]],
    ) -> Saliency:
        name = model.described.models.encoder
        encoder, there = self._encoders[name], seen[name]
        pull = model.pull(there.features[0].cpu().clone(), model.standard_scores(radiomics)).to(self._device)
        maps = there.maps
        if maps is None:
            raise InputError(f"{encoder.spec.name} keeps no map that the answer could be traced to")
        with torch.enable_grad():
            # A copy, because what was made in inference mode takes no gradient.
            maps = maps.clone().to(self._device).requires_grad_(True)
            (gradient,) = torch.autograd.grad(encoder.after_maps(maps), maps, grad_outputs=pull)
        cam = cam_of(maps.detach(), gradient)
        grid = grid_of_maps(patch.geometry, cam.shape)
        if name not in self._reached:
            self._reached[name] = reached(encoder, maps)
        rows, columns = self._reached[name]
        part = grid.cropped((0, 0, 0), (columns, rows, grid.size[2]))
        left, back = (
            (whole - kept) * step
            for whole, kept, step in zip(grid.size[:2], part.size[:2], grid.spacing_mm[:2], strict=True)
        )
        return Saliency(Volume(cam[:, :rows, :columns], part), (left, back))

    def _cautions(self, roi: Mask, patch: TumourPatch) -> tuple[Caution, ...]:
        found = []
        spacing = roi.geometry.spacing_mm
        if self._spacing_mm is not None and max(spacing) > _COARSER * self._spacing_mm:
            detail = (
                f"voxels of {' × '.join(f'{one:.3g}' for one in spacing)} mm are coarser than the "
                f"{self._spacing_mm:g} mm that it was fitted on: interpolated between, texture is smoother"
            )
            found.append(Caution("coarser_than_fitted", detail))
        if roi.touches_edge:
            detail = "the ROI reaches the edge of the CT: features are of the part inside"
            found.append(Caution("roi_exceeds_crop", detail))
        side_mm = self._recipe.side * self._recipe.spacing_mm
        inside = patch.roi
        if inside[0].any() or inside[-1].any() or inside[:, 0].any() or inside[:, -1].any():
            detail = f"the ROI reaches the edges of the {side_mm:g} mm patch that the network sees"
            found.append(Caution("roi_exceeds_patch", detail))
        return tuple(found)


def patch_sight(patch: TumourPatch, roi: Mask, features: Tensor) -> Sight:
    """What of a patch and its ROI is held against a cohort, without how it was acquired."""
    volume = float(roi.count) * float(np.prod(roi.geometry.spacing_mm))
    return Sight(
        {"roi_volume_mm3": volume},
        hu_histogram(patch.hu),
        features[0].double().cpu().numpy(),
    )
