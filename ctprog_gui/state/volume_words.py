"""A volume in words that keep its figures, for a nodule of a few voxels as for a large tumour."""

from __future__ import annotations


def volume_words(volume_mm3: float) -> str:
    """A volume with its unit: mm³ below 1 cm³, two decimals below 10 cm³, otherwise one."""
    if volume_mm3 < 10:
        return f"{volume_mm3:.2g} mm³"
    if volume_mm3 < 999.5:
        return f"{volume_mm3:.0f} mm³"
    return f"{volume_mm3 / 1000:.{2 if volume_mm3 < 9995 else 1}f} cm³"
