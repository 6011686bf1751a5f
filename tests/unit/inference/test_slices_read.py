"""Reading a cube's slices again after an edit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ctprog_gui.core.inference import slices_read
from ctprog_gui.core.inference.roi_attention import RoiMeasurer
from ctprog_gui.core.inference.slices_read import SlicesRead
from ctprog_gui.core.networks.registry import build_roi_encoder
from ctprog_gui.core.networks.spec import RoiEncoderSpec

SIDE = 40


@pytest.fixture
def measurer() -> RoiMeasurer:
    torch.manual_seed(3)
    spec = RoiEncoderSpec(widths=(8, 8, 12, 16), channels=2, ring=4, measures=("a", "b", "c"))
    return RoiMeasurer(build_roi_encoder(spec), torch.device("cpu"))


@pytest.fixture
def seen(measurer: RoiMeasurer) -> SlicesRead:
    pixels = np.random.default_rng(1).random((SIDE, 2, SIDE, SIDE), dtype=np.float32)
    return SlicesRead(measurer.encode(pixels))


@pytest.fixture
def read(measurer: RoiMeasurer, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many slices were read, one number each time."""
    told: list[int] = []
    whole = measurer.encoder.averages

    def counted(maps: list[torch.Tensor], weights: object) -> torch.Tensor:
        told.append(len(maps[0]))
        return whole(maps, weights)

    monkeypatch.setattr(measurer.encoder, "averages", counted)
    return told


def region() -> np.ndarray:
    roi = np.zeros((SIDE,) * 3, dtype=bool)
    roi[8:30, 10:25, 12:28] = True
    return roi


def test_an_edit_reads_only_the_slices_that_it_touches(
    measurer: RoiMeasurer, seen: SlicesRead, read: list[int]
) -> None:
    roi = region()
    measurer.measure_again(seen, roi, 1.0)
    roi[12:15, 20:30, 20:30] = True
    roi[20, 11, 13] = False
    measurer.measure_again(seen, roi, 1.0)
    # Back and forth, as by undo and redo.
    measurer.measure_again(seen, region(), 1.0)
    measurer.measure_again(seen, roi, 1.0)
    assert read == [22, 3, 1]


def test_what_was_kept_gives_the_bits_of_reading_everything(measurer: RoiMeasurer, seen: SlicesRead) -> None:
    rng = np.random.default_rng(5)
    roi = region()
    for _ in range(12):
        z, y, x = rng.integers(4, SIDE - 12, size=3)
        roi[z : z + 6, y : y + 9, x : x + 9] = rng.random() > 0.4
        again, fresh = measurer.measure_again(seen, roi, 1.0), measurer.measure(seen.maps, roi, 1.0)
        assert torch.equal(again.features, fresh.features)
        assert torch.equal(again.log_area, fresh.log_area)
        assert torch.equal(again.log_volume, fresh.log_volume)


def test_no_more_is_kept_than_it_may_be(
    measurer: RoiMeasurer, seen: SlicesRead, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices_read, "KEPT", 30)
    first, second = region(), region()
    second[:, 9] = second[:, 10]
    measurer.measure_again(seen, first, 1.0)
    measurer.measure_again(seen, second, 1.0)
    assert len(seen._kept) == 30
    measurer.measure_again(seen, second, 1.0)
    # The last region's are all still there, of the one before only a few.
    assert read == [22, 22]
    measurer.measure_again(seen, first, 1.0)
    assert sum(read) == 44 + 14
