"""Sentences of core's that reach the screen, with named places, noted for translation.

A place called ``what``, ``what2`` or ``why`` holds words of core's own again, or a list of them; ``label``
and ``labels`` what a bundle calls clinical values.
"""

from __future__ import annotations

from ctprog_gui.state.language import marked
from ctprog_gui.state.odd_series import ODD_SERIES

DOING = (
    marked("Writing slices"),
    marked("Cutting the cube around the tumour"),
    marked("Finding the lungs"),
    marked("Looking at the volume"),
    marked("Compiling the radiomics, for the first use on this machine only"),
    marked("Measuring the tumour"),
    marked("Reading the volume"),
    marked("Tracing the answer back"),
    marked("Tracing the score back"),
    marked("Loading {name}"),
    marked("Scoring again, {value} voxel along {axis}"),
    marked("Searching {name}"),
    marked("Asking a network that learnt nothing"),
    marked("Measuring the ring around it"),
    marked("Looking at the patch"),
    marked("Predicting"),
    marked("Asking the classifiers"),
    marked("Predicted"),
    marked("Reading the ROI"),
    marked("Reading slices"),
    marked("Preparing slices"),
    marked("Resampling"),
    marked("Looking into {n} files"),
)
EDITS = (
    marked("Add {name}"),
    marked("Remove {name}"),
    marked("Move {name} up"),
    marked("Move {name} down"),
    marked("Status of {name}: {what}"),
    marked("Subtract {name}"),
    marked("Intersect with {name}"),
    marked("Grow from seeds against {name}"),
    marked("Fill holes in slices"),
    marked("Remove islands under {value} mm³"),
    marked("Grow {value} mm"),
    marked("Shrink {value} mm"),
    marked("Hollow, {value} mm"),
    marked("Median {value} mm"),
    marked("Opening {value} mm"),
    marked("Closing {value} mm"),
    marked("Joint smoothing {value} mm"),
    marked("It is broadly attached: cut off at a sphere. Correct it where it leaves the nodule."),
    marked("Attached structures were cut off at necks under {value} mm."),
)
CAUTIONS = (
    marked("a ROI of the tumour is needed"),
    marked("the ROI is too small: {why}"),
    marked("no voxel of {value} mm"),
    marked(
        "the ROI reaches the faces of the {value} mm cube that the model sees; it was read as far as it lies "
        "inside"
    ),
    marked("the ROI reaches the edges of the {value} mm patch that the network sees"),
    marked(
        "voxels of {names} mm are coarser than the {value} mm that it was fitted on: interpolated between, "
        "texture is smoother"
    ),
    marked("no lungs were found; the whole body was looked at instead"),
    marked("{percent} % of the ROI lies outside the lungs' box, where the model sees nothing"),
    marked("the GPU's memory did not suffice; computed on the CPU"),
    marked("the series is {what}; axial slices are needed"),
    marked("fitted on synthetic phantoms: its score says nothing about a patient"),
    marked("fitted on synthetic phantoms: what it says tells nothing about a patient"),
    marked("unlike the cases it was fitted on, so its score may mislead: {what}"),
    marked("unlike the cases it was fitted on, so what it says may mislead: {what}"),
    marked("needs to know: {labels}"),
    marked(
        "{label}: {n} of the fitted patients had it, fewer than {limit}, so the score does not reflect it"
    ),
    marked("range of the {n} heads of the ensemble"),
    marked("range of the scores of the {n} heads"),
    marked("2.5th to 97.5th percentile of the scores of the {n} heads"),
    marked("range of the models of the {n} folds"),
)
LIKENESS = (
    marked("{what} {value} (fitted on {low} to {high})"),
    marked("{what} {value} {unit} (fitted on {low} {unit2})"),
    marked("{what} {value} {unit} (fitted on {low} to {high} {unit2})"),
    marked("reconstruction kernel {name} (fitted on {names})"),
    marked("HU histogram {value} HU from its nearest cases (limit {limit} HU)"),
    marked("what the network sees {value} × as far from the average as usual (limit {limit})"),
    marked(
        "what the network sees {value} × as far from the average as usual (limit {limit}), most of all "
        "{names}"
    ),
    marked("reconstruction kernel"),
    marked("HU histogram"),
    marked("what the network sees"),
    marked("slice spacing"),
    marked("pixel spacing"),
    marked("spacing"),
    marked("tube voltage"),
    marked("height of the lungs"),
    marked("mean of the image"),
    marked("spread of the image"),
    marked("volume of the ROI"),
    marked("distance from the average case"),
    marked("the score itself,"),
)
GRIDS = (
    marked("size {names} is not {names2}"),
    marked("spacing {names} mm is not {names2} mm"),
    marked("the corners lie up to {value} mm apart"),
)
PLACES = (marked("oblique {value}°"),)
MEASURES = (marked("{low} to {high} HU"), marked("no voxel inside"))
SENTENCES = (*DOING, *EDITS, *CAUTIONS, *LIKENESS, *GRIDS, *PLACES, *MEASURES, *ODD_SERIES)
