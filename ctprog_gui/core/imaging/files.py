"""Volume files: NIfTI, NRRD and MetaImage, through SimpleITK.

SimpleITK hands out LPS whatever the file's own convention is (NIfTI stores RAS), so nothing is
flipped here. It is imported inside the functions: the window's process starts without it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.metaimage import check_metaimage
from ctprog_gui.core.imaging.nifti import as_first_edition, read_nifti_header, read_nifti_voxels
from ctprog_gui.core.imaging.nifti_names import add_tags, read_tags
from ctprog_gui.core.imaging.segment_tags import Segment, segments_of, tags_of
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import GeometryError, InputError
from ctprog_gui.core.shared.muting import muted_stderr
from ctprog_gui.core.shared.writing import replacing

READABLE = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
# A header with its data in a second file can't be put in place in one step.
WRITABLE = (".nii", ".nii.gz", ".nrrd", ".mha")
# Formats that say what their labels are called.
NAMING = (".nii", ".nii.gz", ".nrrd")
# An image opened as labels by mistake has thousands of values; a whole-body atlas has about 120.
_MOST_LABELS = 1000
_INT16 = np.iinfo(np.int16)


def ending_of(path: Path) -> str | None:
    """The ending that makes `path` a volume file (lower case), or None if it is none."""
    name = path.name.lower()
    found = [ending for ending in READABLE if name.endswith(ending)]
    return max(found, key=len) if found else None


def read_volume(path: Path) -> Volume:
    """Read a volume file in HU.

    Whole values within int16 come back as int16, whatever the file stores; everything else as
    float32.

    Raises
    ------
    InputError
        If the file can't be read, is not one three-dimensional grey-valued image, or its affine is
        singular or sheared, or a voxel is not a finite number.
    """
    array, geometry, _ = _read(path)
    if array.ndim != 3:
        raise InputError(f"{path} holds {array.shape[-1]} values a voxel; a CT has one")
    return Volume(as_hounsfield(array, str(path)), geometry)


def read_header(path: Path) -> Geometry:
    """The grid of a volume file, without reading its voxels.

    Raises
    ------
    InputError
        As `read_volume` does, for what the header tells.
    """
    import SimpleITK as sitk

    ending = _require(path)
    first = None
    if ending in (".nii", ".nii.gz"):
        read_nifti_header(path)
        first = as_first_edition(path)
    elif ending == ".mha":
        check_metaimage(path, voxels=False)
    # ITK reads NIfTI-1 alone; where a grid lies it shall tell for both editions.
    with _quiet(), _header_file(path, first) as told:
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(told))
        try:
            reader.ReadImageInformation()
        except RuntimeError as error:
            raise InputError(f"cannot read {path}: {_reason(error)}") from error
    return _geometry(reader.GetSize(), reader.GetSpacing(), reader.GetOrigin(), reader.GetDirection(), path)


@contextmanager
def _header_file(path: Path, instead: bytes | None) -> Iterator[Path]:
    """The file itself, or one that holds only the header given instead."""
    if instead is None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="ctprog-") as folder:
        alone = Path(folder) / "header.nii"
        alone.write_bytes(instead + bytes(4))
        yield alone


@dataclass(frozen=True, eq=False)
class LabelFile:
    """Labels as a file holds them; masks are made one at a time, for atlases have a hundred.

    `layers` is (layer, z, y, x), whole numbers, 0 for background.
    """

    layers: NDArray[Any]
    geometry: Geometry
    segments: tuple[Segment, ...]

    def mask(self, segment: Segment) -> Mask:
        voxels = self.layers[segment.layer] == segment.value
        return Mask(voxels, self.geometry, segment.name, segment.status, segment.colour)


def read_label_file(path: Path) -> LabelFile:
    """Read a label file: its grid, and a segment for each label other than 0.

    Names come from the segment metadata that 3D Slicer writes into NRRD, and we into NIfTI; a label
    without is called "label 1" and so on. A named segment that has no voxel is kept, as an empty region.

    Raises
    ------
    InputError
        If the file can't be read, or holds values that are no labels.
    """
    array, geometry, metadata = _read(path)
    layers = array[np.newaxis] if array.ndim == 3 else np.moveaxis(array, -1, 0)
    if not np.issubdtype(layers.dtype, np.integer) and not np.issubdtype(layers.dtype, np.bool_):
        whole = np.rint(layers)
        if not np.isfinite(layers).all() or not (whole == layers).all() or np.abs(whole).max() >= 2**31:
            raise InputError(f"{path} is no label file: it holds values that are not whole numbers")
        layers = whole.astype(np.int32)
    if layers.min() < 0:
        raise InputError(f"{path} is no label file: it holds negative values (down to {layers.min()})")
    segments = tuple(one for one in segments_of(metadata) if one.layer < len(layers))
    told = {(one.value, one.layer) for one in segments}
    # Software that changes labels may leave what was said of them before.
    segments += tuple(
        Segment(f"label {value}" + (f" (layer {layer})" if len(layers) > 1 else ""), value, layer)
        for layer in range(len(layers))
        for value in _labels(layers[layer], path)
        if (value, layer) not in told
    )
    return LabelFile(layers, geometry, segments)


def write_volume(path: Path, voxels: NDArray[Any], geometry: Geometry) -> None:
    """Write an array (z, y, x) and its grid; the ending chooses the format (see `WRITABLE`).

    The type of the array is kept; booleans become bytes of 0 and 1. NRRD and MetaImage files are
    compressed, NIfTI where it ends in ``.gz``.

    Raises
    ------
    GeometryError
        If the array's shape is not the grid's.
    InputError
        If the ending is none of `WRITABLE` or the file can't be written.
    """
    _write(path, voxels, geometry, {})


def write_mask(path: Path, mask: Mask) -> None:
    """Write a region as bytes of 0 and 1; in NRRD with its name, elsewhere without (see `write_labels`).

    Raises
    ------
    InputError
        As `write_volume` does.
    """
    named = tags_of([Segment(mask.name, 1, 0, mask.status, mask.colour)])
    _write(path, mask.voxels, mask.geometry, named if ending_of(path) == ".nrrd" else {})


def write_labels(
    path: Path, layers: Sequence[NDArray[np.uint8]], geometry: Geometry, segments: Sequence[Segment]
) -> None:
    """Write label maps with what is known of each segment: in NRRD as 3D Slicer reads it.

    In NIfTI it stands in an extension of the header, which other software passes over. MetaImage files
    hold the labels alone.

    Raises
    ------
    InputError
        As `write_volume` does, and if there are several layers and the format can't hold them.
    """
    import SimpleITK as sitk

    if ending_of(path) != ".nrrd":
        if len(layers) > 1:
            raise InputError(f"only NRRD holds regions that overlap, not {path.name}")
        _write(path, layers[0], geometry, tags_of(segments) if ending_of(path) in NAMING else {})
        return
    images = [to_sitk(layer, geometry) for layer in layers]
    _write_image(path, images[0] if len(images) == 1 else sitk.Compose(images), tags_of(segments))


def as_hounsfield(array: NDArray[Any], where: str) -> NDArray[Any]:
    """`array` as int16 where that loses nothing, else as float32.

    Raises
    ------
    InputError
        If a value is not finite; `where` names the source.
    """
    if array.dtype == np.int16:
        return array
    if np.issubdtype(array.dtype, np.bool_):
        return array.astype(np.int16)
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"{where} holds voxels that are not finite numbers")
    if low >= _INT16.min and high <= _INT16.max:
        whole = array.astype(np.int16)
        if np.issubdtype(array.dtype, np.integer) or np.array_equal(whole, array):
            return whole
    return array.astype(np.float32)


def to_sitk(voxels: NDArray[Any], geometry: Geometry) -> Any:
    """An array (z, y, x) and its grid as a SimpleITK image."""
    import SimpleITK as sitk

    if voxels.shape != geometry.shape:
        raise GeometryError(f"the array is {voxels.shape} but the grid is {geometry.shape} (z, y, x)")
    # SimpleITK has neither booleans nor half floats.
    if voxels.dtype == np.bool_:
        voxels = voxels.view(np.uint8)
    elif voxels.dtype == np.float16:
        voxels = voxels.astype(np.float32)
    image = sitk.GetImageFromArray(np.ascontiguousarray(voxels))
    image.SetSpacing(geometry.spacing_mm)
    image.SetOrigin(geometry.origin_mm)
    # ITK inverts the matrix by an SVD that fails on numbers as small as 1e-76.
    image.SetDirection([0.0 if abs(v) < 1e-12 else v for v in geometry.direction])
    return image


def _read(path: Path) -> tuple[NDArray[Any], Geometry, dict[str, str]]:
    """Voxels (z, y, x) or (z, y, x, values), grid, and what the file says of its segments."""
    import SimpleITK as sitk

    ending = _require(path)
    if ending in (".nii", ".nii.gz"):
        geometry = read_header(path)
        array = read_nifti_voxels(path)
        if array.size != np.prod(geometry.size):
            raise InputError(f"{path} holds {array.size // np.prod(geometry.size)} values a voxel")
        return array.reshape(geometry.shape), geometry, read_tags(path)
    if ending == ".mha":
        check_metaimage(path, voxels=True)
    with _quiet():
        try:
            image = sitk.ReadImage(str(path))
        except RuntimeError as error:
            raise InputError(f"cannot read {path}: {_reason(error)}") from error
    geometry = _geometry(image.GetSize(), image.GetSpacing(), image.GetOrigin(), image.GetDirection(), path)
    array = sitk.GetArrayFromImage(image)
    if np.iscomplexobj(array):
        raise InputError(f"{path} holds complex numbers, not an image")
    named = [key for key in image.GetMetaDataKeys() if key.isascii() and key.startswith("Segment")]
    return array, geometry, {key: image.GetMetaData(key) for key in named}


def _require(path: Path) -> str:
    """The ending of a volume file that is there."""
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    ending = ending_of(path)
    if ending is None:
        raise InputError(f"{path} does not end as a volume file does ({', '.join(READABLE)})")
    return ending


def _geometry(size: Any, spacing: Any, origin: Any, direction: Any, path: Path) -> Geometry:
    if len(size) != 3:
        raise InputError(f"{path} has {len(size)} dimensions; a CT has three")
    try:
        return Geometry(size, spacing, origin, direction)
    except GeometryError as error:
        raise InputError(f"{path}: {error}") from error


def _labels(layer: NDArray[Any], path: Path) -> list[int]:
    highest = int(layer.max())
    if highest < 2**20:
        values = np.flatnonzero(np.bincount(layer.ravel().astype(np.int64, copy=False)))
    else:
        values = np.unique(layer)
    if values.size > _MOST_LABELS:
        raise InputError(f"{path} is no label file: it holds {values.size} different values")
    return [int(value) for value in values if value != 0]


def _write(path: Path, voxels: NDArray[Any], geometry: Geometry, metadata: dict[str, str]) -> None:
    _write_image(path, to_sitk(voxels, geometry), metadata)


def _write_image(path: Path, image: Any, metadata: dict[str, str]) -> None:
    import SimpleITK as sitk

    ending = ending_of(path)
    if ending not in WRITABLE:
        raise InputError(f"cannot write {path}: the name must end in {', '.join(WRITABLE)}")
    if ending == ".nrrd":
        for key, value in metadata.items():
            image.SetMetaData(key, value)
    with replacing(path) as partial:
        try:
            with _quiet(), muted_stderr():
                sitk.WriteImage(image, str(partial), useCompression=ending != ".nii")
        except RuntimeError as error:
            raise InputError(f"cannot write {path}: {_reason(error)}") from error
        if ending in (".nii", ".nii.gz"):
            _check_written(partial, path)
            if metadata:
                add_tags(partial, metadata)


def _check_written(partial: Path, path: Path) -> None:
    """NIfTI files are read back: on a full disk ITK's writer leaves a torso and says all went well."""
    try:
        read_nifti_voxels(partial)
    except InputError as error:
        raise InputError(f"cannot write {path}: it is incomplete (is the disk full?)") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """ITK's warnings go straight to the C++ standard error; what matters is raised by us instead."""
    import SimpleITK as sitk

    before = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(before)


def _reason(error: RuntimeError) -> str:
    """The last line of an ITK exception is its reason; the rest is its stack."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    last = lines[-1].rpartition("): ")[2] if lines else "unknown reason"
    return last.removeprefix("ITK ERROR: ").removeprefix("sitk::ERROR: ").rstrip(".")
