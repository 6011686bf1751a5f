"""What a radiomics feature measures, put together in the language of the screen from its name's parts."""

from __future__ import annotations

from ctprog_gui.core.radiomics.words import FEATURES, LOOKS, taken_apart
from ctprog_gui.state.language import spoken, tr

_AXES = ("x", "y", "z")


def explained(feature: str) -> str | None:
    """What a feature measures, in a few sentences; None for a name that is none of the features."""
    found = taken_apart(feature)
    if found is None:
        return None
    kind, name, band = found
    what = spoken(FEATURES[kind][name])
    told = tr("{what}. {look}").format(what=f"{what[0].upper()}{what[1:]}", look=spoken(LOOKS[kind]))
    return told if band is None else f"{told} {of_band(band)}"


def what_it_is(feature: str) -> str:
    """What a feature measures in a few words, without its band; empty for a name that is none."""
    found = taken_apart(feature)
    return "" if found is None else spoken(FEATURES[found[0]][found[1]])


def of_band(band: str) -> str:
    """What a wavelet band shows, from its letters along x, y and z."""
    fine = [axis for axis, letter in zip(_AXES, band, strict=False) if letter == "H"]
    smooth = [axis for axis, letter in zip(_AXES, band, strict=False) if letter == "L"]
    if not fine:
        return tr("Measured on a smoothed image.")
    if not smooth:
        told = tr("Measured on what changes from voxel to voxel along {axes}.")
        return told.format(axes=_listed(fine))
    told = tr("Measured on what changes from voxel to voxel along {axes} and slowly along {others}.")
    return told.format(axes=_listed(fine), others=_listed(smooth))


def _listed(axes: list[str]) -> str:
    if len(axes) == 1:
        return axes[0]
    return tr("{list} and {last}").format(list=tr(", ", "in a list").join(axes[:-1]), last=axes[-1])
