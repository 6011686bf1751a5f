"""Where in the CT a risk score came from: class-activation maps through the attention."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.saliency import Saliency
from ctprog_gui.core.inference.slice_attention import CHUNK, SliceAttentionModel
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.volume_encoder import VolumeEncoder
from ctprog_gui.core.preprocessing.slices import NetworkSlices
from ctprog_gui.core.shared.progress import Progress


def saliency_of(
    model: SliceAttentionModel,
    slices: NetworkSlices,
    features: Tensor,
    progress: Progress | None = None,
    kept: Tensor | None = None,
) -> Saliency:
    """What raises the ensemble's risk score, on the grid of the encoder's feature maps.

    For each slice the gradient of the score is followed back through the heads, the attention and
    the pooling to a feature map A of the encoder, and ``relu(Σ_c relu(g_c) · A_c)`` is taken at
    each place (LayerCAM, Jiang et al. 2021: Grad-CAM's sum with the gradient of each place instead
    of the channel's mean, which keeps its meaning on maps before the last). What
    lowers the risk is not shown. `kept` are the maps that the encoder made on the way to the
    features (`SliceAttentionModel.look`): then only what lies behind them is computed again.

    Raises
    ------
    Cancelled
        If `progress` was cancelled.
    """
    progress = progress or Progress()
    pull = _pull_on_features(model, features)
    # Each tuned encoder is followed back by itself, and the mean of the maps is taken.
    pulls = [model.features_of(pull, number) for number in range(len(model.tuned) or 1)]
    maps = []
    chunk = slices.count if model.encoder.takes_volume else CHUNK
    for start in range(0, slices.count, chunk):
        progress.report(start / slices.count, "Tracing the score back")
        part = slice(start, start + chunk)
        if kept is None:
            found = [
                _chunk(model, encoder, slices.pixels[part], one[part])
                for encoder, one in zip(model.tuned or [model.encoder], pulls, strict=True)
            ]
            maps.append(np.mean(found, axis=0, dtype=np.float32) if model.tuned else found[0])
        else:
            maps.append(_from_maps(model, kept[part], pull[part]))
    cam = np.concatenate(maps)
    return Saliency(Volume(cam, grid_of_maps(slices.geometry, cam.shape)))


def _pull_on_features(model: SliceAttentionModel, features: Tensor) -> Tensor:
    """Gradient of the risk score, the mean over the heads, by each slice's vector."""
    with torch.enable_grad():
        vectors = features.clone().requires_grad_(True)
        scores = []
        for number, head in enumerate(model.heads):
            log_pmf, _ = head(model.features_of(vectors, number).unsqueeze(0))
            incidence = log_pmf.exp()[:, :-1].cumsum(dim=1)
            scores.append(incidence.sum())
        (pull,) = torch.autograd.grad(torch.stack(scores).mean(), vectors)
    return pull


def _chunk(
    model: SliceAttentionModel, encoder: SliceEncoder, pixels: NDArray[np.float32], pull: Tensor
) -> NDArray[np.float32]:
    """The maps (slice, row, column) of some slices."""
    caught: list[Tensor] = []

    def catch(_module: object, _inputs: object, output: Tensor) -> None:
        caught.append(output)

    hook = encoder.saliency_layer.register_forward_hook(catch)
    try:
        with torch.enable_grad():
            # The weights are frozen; asking for the image's gradient makes the graph.
            images = torch.from_numpy(pixels).unsqueeze(1).to(model.device).requires_grad_(True)
            features = encoder(images)
            (gradient,) = torch.autograd.grad(features, caught[0], grad_outputs=pull)
    finally:
        hook.remove()
    cam = _cam(caught[0].detach(), gradient)
    if isinstance(encoder, VolumeEncoder):
        cam = encoder.to_slices(cam, len(pixels))
    return _plain(cam)


def _from_maps(model: SliceAttentionModel, maps: Tensor, pull: Tensor) -> NDArray[np.float32]:
    """The same from the maps that were kept."""
    with torch.enable_grad():
        # A copy, because what was made in inference mode takes no gradient.
        maps = maps.clone().requires_grad_(True)
        features = model.encoder.after_maps(maps)
        (gradient,) = torch.autograd.grad(features, maps, grad_outputs=pull)
    return cam_of(maps.detach(), gradient)


def cam_of(maps: Tensor, gradient: Tensor) -> NDArray[np.float32]:
    """LayerCAM of maps (slice, channel, row, column) and a score's gradient by them; see `saliency_of`."""
    return _plain(_cam(maps, gradient))


def _cam(maps: Tensor, gradient: Tensor) -> Tensor:
    return (gradient.relu() * maps).sum(dim=1, keepdim=True).relu()


def _plain(cam: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = cam.squeeze(1).float().cpu().numpy()
    return found


def reached(encoder: SliceEncoder, maps: Tensor) -> tuple[int, int]:
    """How many rows and columns of its maps an encoder goes on with.

    Pooling leaves out a last row or column that fills no window of its own: DenseNet121 makes 5 × 5
    cells of 80 pixels and goes on with 4 × 4. No answer can be traced to the others, which is not the
    same as that nothing was found there. Seen from which cells of noise the vector depends on.
    """
    noise = torch.rand(maps.shape, generator=torch.Generator().manual_seed(0))
    with torch.enable_grad():
        noise = noise.to(maps).requires_grad_(True)
        (gradient,) = torch.autograd.grad(encoder.after_maps(noise).sum(), noise)
    used = (gradient != 0).flatten(0, 1).any(dim=0)
    rows, columns = (torch.nonzero(used.any(dim=axis)).flatten() for axis in (1, 0))
    if not rows.numel():
        return maps.shape[-2], maps.shape[-1]
    return int(rows[-1]) + 1, int(columns[-1]) + 1


def grid_of_maps(slices: Geometry, shape: tuple[int, ...]) -> Geometry:
    """The grid of feature maps: each cell stands for a block of pixels of the slice."""
    _, rows, columns = shape
    step = slices.size[0] / columns, slices.size[1] / rows
    corner = slices.index_to_patient(((step[0] - 1) / 2, (step[1] - 1) / 2, 0))
    x, y, z = slices.spacing_mm
    origin = (float(corner[0]), float(corner[1]), float(corner[2]))
    return Geometry((columns, rows, slices.size[2]), (x * step[0], y * step[1], z), origin, slices.direction)
