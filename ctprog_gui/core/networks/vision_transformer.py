"""Vision transformers of single slices (Dosovitskiy et al. 2020; DINOv2: Oquab et al. 2023)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ctprog_gui.core.networks.encoder import Backbone, Step


class VisionTransformer(Backbone):
    """Slices (n, 3, row, column) to the class token behind the last block.

    The parts have the names of DINOv2's published weights.

    Parameters
    ----------
    grid
        Patches along a side that the positions were learnt for; for another number they are
        interpolated.
    scaled
        Each branch is multiplied by learnt factors, as DINOv2's are.
    """

    def __init__(
        self, *, width: int, depth: int, heads: int, patch: int, grid: int, scaled: bool = False
    ) -> None:
        super().__init__()
        self.patch = patch
        self.grid = grid
        self.cls_token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.pos_embed = nn.Parameter(torch.randn(1, 1 + grid * grid, width) * 0.02)
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, width, patch, patch)})
        self.blocks = nn.ModuleList(_Block(width, heads, scaled) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        # What the last block sees of each patch, laid out as a map: where saliency is computed.
        self.patches = nn.Identity()

    def steps(self) -> list[Step]:
        shape: list[int] = []

        def embedded(slices: Tensor) -> Tensor:
            maps: Tensor = self.patch_embed["proj"](slices)
            shape[:] = maps.shape[2:]
            tokens = torch.cat([self.cls_token.expand(len(maps), -1, -1), maps.flatten(2).transpose(1, 2)], 1)
            return tokens + self._positions(*shape)

        def shown(tokens: Tensor) -> Tensor:
            if not shape:
                # Tokens that were kept from before: nobody reads a map of them.
                return tokens
            maps = tokens[:, 1:].transpose(1, 2).reshape(len(tokens), -1, *shape)
            seen = self.patches(maps).flatten(2).transpose(1, 2)
            return torch.cat([tokens[:, :1], seen], dim=1)

        return [embedded, *self.blocks[:-1], shown, self.blocks[-1], self.norm, lambda tokens: tokens[:, 0]]

    def _positions(self, rows: int, columns: int) -> Tensor:
        if rows == columns == self.grid:
            return self.pos_embed
        learnt = self.pos_embed[:, 1:].transpose(1, 2).reshape(1, -1, self.grid, self.grid)
        resized = functional.interpolate(learnt, (rows, columns), mode="bicubic", align_corners=False)
        return torch.cat([self.pos_embed[:, :1], resized.flatten(2).transpose(1, 2)], dim=1)


class _Block(nn.Module):
    def __init__(self, width: int, heads: int, scaled: bool) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = _Attention(width, heads)
        self.ls1: nn.Module = _Scale(width) if scaled else nn.Identity()
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)})
        self.ls2: nn.Module = _Scale(width) if scaled else nn.Identity()

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        hidden = functional.gelu(self.mlp["fc1"](self.norm2(tokens)))
        found: Tensor = tokens + self.ls2(self.mlp["fc2"](hidden))
        return found


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        n, count, width = tokens.shape
        split = self.qkv(tokens).view(n, count, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(query, key, value)
        projected: Tensor = self.proj(found.transpose(1, 2).reshape(n, count, width))
        return projected


class _Scale(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        # Published weights replace it. DINOv2 begins with 1e-5, from which a short fit does not come
        # away; 0.1 is for networks of up to 18 blocks (Touvron et al. 2021, CaiT).
        self.gamma = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma
