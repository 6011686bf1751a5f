"""Where in the CT a risk score came from: class-activation maps through the attention."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.slice_attention import CHUNK, SliceAttentionModel
from ctprog_gui.core.preprocessing.slices import NetworkSlices
from ctprog_gui.core.shared.progress import Progress


def saliency_of(
    model: SliceAttentionModel,
    slices: NetworkSlices,
    features: Tensor,
    target: Geometry,
    progress: Progress | None = None,
) -> Volume:
    """What raises the ensemble's risk score, on the grid of the CT, 0..1 (float32).

    For each slice the gradient of the score is followed back through the heads, the attention and
    the pooling to a feature map A of the encoder, and ``relu(Σ_c relu(g_c) · A_c)`` is taken at
    each place (LayerCAM, Jiang et al. 2021: Grad-CAM's sum with the gradient of each place instead
    of the channel's mean, which keeps its meaning on maps before the last). The map is
    interpolated to the CT and scaled by its maximum. What lowers the risk is not shown.

    Raises
    ------
    Cancelled
        If `progress` was cancelled.
    """
    progress = progress or Progress()
    pull = _pull_on_features(model, features)
    maps = []
    for start in range(0, slices.count, CHUNK):
        progress.report(start / slices.count, "Tracing the score back")
        maps.append(_chunk(model, slices.pixels[start : start + CHUNK], pull[start : start + CHUNK]))
    cam = np.concatenate(maps)
    grid = _grid_of_maps(slices.geometry, cam.shape)
    return on_series(Volume(cam, grid), target)


def on_series(cam: Volume, target: Geometry) -> Volume:
    """A map on the grid of the CT: interpolated, never below 0, scaled by its maximum.

    Only the box of the CT that the map reaches is interpolated; the rest is 0.
    """
    corners = np.array([[i, j, k] for i in (-0.5, 0.5) for j in (-0.5, 0.5) for k in (-0.5, 0.5)])
    size = np.asarray(cam.geometry.size)
    ends = cam.geometry.index_to_patient((size - 1) / 2 + corners * size)
    reached = target.patient_to_index(ends)
    low = np.clip(np.floor(reached.min(axis=0)), 0, target.size).astype(int)
    high = np.clip(np.ceil(reached.max(axis=0)) + 1, 0, target.size).astype(int)
    spread = np.zeros(target.shape, np.float32)
    if (low < high).all():
        x, y, z = (int(n) for n in high - low)
        box = target.cropped((int(low[0]), int(low[1]), int(low[2])), (x, y, z))
        part = resample(cam, box, outside=0.0).voxels
        np.maximum(part, 0, out=part)
        peak = float(part.max())
        if peak > 0:
            part /= np.float32(peak)
            # Finer steps mean nothing and would make the file ten times as large.
            np.round(part, 3, out=part)
        spread[low[2] : high[2], low[1] : high[1], low[0] : high[0]] = part
    return Volume(spread, target)


def mass_in(saliency: Volume, roi: Mask) -> float | None:
    """Share of the saliency that lies in a ROI, or None where there is no saliency at all."""
    total = float(saliency.voxels.sum(dtype=np.float64))
    if total <= 0:
        return None
    return float(saliency.voxels[roi.voxels].sum(dtype=np.float64)) / total


def _pull_on_features(model: SliceAttentionModel, features: Tensor) -> Tensor:
    """Gradient of the risk score, the mean over the heads, by each slice's vector."""
    with torch.enable_grad():
        vectors = features.clone().requires_grad_(True)
        scores = []
        for head in model.heads:
            log_pmf, _ = head(vectors.unsqueeze(0))
            incidence = log_pmf.exp()[:, :-1].cumsum(dim=1)
            scores.append(incidence.sum())
        (pull,) = torch.autograd.grad(torch.stack(scores).mean(), vectors)
    return pull


def _chunk(model: SliceAttentionModel, pixels: NDArray[np.float32], pull: Tensor) -> NDArray[np.float32]:
    """The maps (slice, row, column) of some slices."""
    caught: list[Tensor] = []

    def catch(_module: object, _inputs: object, output: Tensor) -> None:
        caught.append(output)

    hook = model.encoder.saliency_layer.register_forward_hook(catch)
    try:
        with torch.enable_grad():
            # The weights are frozen; asking for the image's gradient makes the graph.
            images = torch.from_numpy(pixels).unsqueeze(1).to(model.device).requires_grad_(True)
            features = model.encoder(images)
            (gradient,) = torch.autograd.grad(features, caught[0], grad_outputs=pull)
    finally:
        hook.remove()
    cam = (gradient.relu() * caught[0].detach()).sum(dim=1).relu()
    found: NDArray[np.float32] = cam.float().cpu().numpy()
    return found


def _grid_of_maps(slices: Geometry, shape: tuple[int, ...]) -> Geometry:
    """The grid of feature maps: each cell stands for a block of pixels of the slice."""
    _, rows, columns = shape
    step = slices.size[0] / columns, slices.size[1] / rows
    corner = slices.index_to_patient(((step[0] - 1) / 2, (step[1] - 1) / 2, 0))
    x, y, z = slices.spacing_mm
    origin = (float(corner[0]), float(corner[1]), float(corner[2]))
    return Geometry((columns, rows, slices.size[2]), (x * step[0], y * step[1], z), origin, slices.direction)
