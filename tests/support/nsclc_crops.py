"""The 300 real crops of the shared data, read by the reader that comes with them."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume


def read_crop(shared_data: Path, patient: str) -> tuple[Volume, Mask]:
    """A crop's CT and GTV, on voxels of 1 mm."""
    scan, mask = _reader(shared_data).read_case(shared_data / "nsclc_crops" / "cases" / f"{patient}.xz")
    geometry = Geometry(scan.shape[::-1], (1.0, 1.0, 1.0))
    return Volume(scan, geometry), Mask(mask, geometry)


def _reader(shared_data: Path) -> ModuleType:
    # Its name has no ending, and it may lie where no bytecode can be written.
    loader = SourceFileLoader("nsclc_crops_unpack", str(shared_data / "nsclc_crops" / "unpack"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
