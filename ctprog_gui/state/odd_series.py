"""What core says of odd series, noted for translation: codes of anomalies, and their details with places."""

from __future__ import annotations

from ctprog_gui.state.language import marked

# What a screen calls an anomaly, by its code.
ANOMALIES = {
    "duplicate_slices": marked("duplicate slices"),
    "enhanced_multiframe": marked("enhanced multi-frame"),
    "gantry_tilt": marked("gantry tilt"),
    "localizer_excluded": marked("localizer left out"),
    "lossy_compression": marked("lossy compression"),
    "missing_slices": marked("missing slices"),
    "mixed_frames": marked("several frames of reference"),
    "mixed_matrix": marked("mixed matrix sizes"),
    "mixed_orientation": marked("mixed orientations"),
    "mixed_patients": marked("mixed patients"),
    "negative_spacing": marked("negative spacing"),
    "no_geometry": marked("no place in the patient"),
    "no_rescale": marked("no rescale"),
    "nonuniform_spacing": marked("uneven spacing"),
    "not_ct": marked("not a CT"),
    "oblique": marked("oblique"),
    "odd_bits": marked("odd bits"),
    "odd_rescale": marked("odd rescale"),
    "resampled": marked("resampled"),
    "secondary_capture_excluded": marked("secondary capture left out"),
    "stray_bytes": marked("stray bytes"),
    "too_few_slices": marked("too few slices"),
    "truncated_pixel_data": marked("truncated pixel data"),
    "unreadable_file": marked("unreadable file"),
}
COUNTS = (
    marked("{n} slice"),
    marked("{n} slices"),
    marked("{n} place"),
    marked("{n} places"),
    marked("{n} file"),
    marked("{n} files"),
    marked("{n} image"),
    marked("{n} images"),
    marked("{n} localizer image"),
    marked("{n} localizer images"),
    marked("{n} secondary capture image"),
    marked("{n} secondary capture images"),
    marked("{n} of {n2} bytes"),
    marked("{n} frames in {n2} file"),
    marked("{n} frames in {n2} files"),
)
PLACES = (
    marked("{what} without position or orientation in the patient ({names})"),
    marked("{what} without position or orientation in the patient ({names}); left out"),
    marked("SpacingBetweenSlices is {value} mm; the slices' positions are used instead"),
    marked("{what} without pixel spacing ({names}); taken to be as the others"),
    marked("the pixel spacing is {names} mm"),
    marked(
        "the pixel spacing changes within the series, from {names} to {names2} mm; the lowest slice's is "
        "used for all"
    ),
    marked(
        "the step between slices leads {value}° off their normal, {total} mm over the stack; read as if it "
        "led along the normal, so places are approximate"
    ),
    marked(
        "the step between slices leads {value}° off their normal, {total} mm over the stack (header: {told}°)"
        "; read as if it led along the normal, so places are approximate"
    ),
    marked("between slices {n} and {n2} the image shifts {value} mm sideways"),
    marked("the slices' normal ({names}) is {value}° off the patient's axes"),
    marked("the grid is turned against the patient's axes (normal {names})"),
    marked(
        "{what} missing: gaps are whole multiples of {value} mm, up to {most} mm (between slices {names})"
    ),
    marked(
        "gaps along the normal run from {low} to {high} mm ({names}); read as if all were {value} mm, so "
        "places and volumes are wrong"
    ),
    marked("{what} at {what2} that another slice fills already ({names}); the one acquired first is used"),
    marked("{what}; a volume needs at least {limit}"),
    marked(
        "{what}; a volume needs at least {limit}; its extent is taken from its nominal thickness, {value} mm"
    ),
    marked("{what}; a volume needs at least {limit}; its extent across is unknown and taken as 1 mm"),
)
VALUES = (
    marked("no pixel data"),
    marked("the modality is {name}; its values are no Hounsfield units"),
    marked("{what} of {n} without rescale slope and intercept; stored values are taken for HU"),
    marked("{what} of {n} with a rescale slope of {value}; values are not what was measured"),
    marked(
        "the rescale intercept changes within the series, from {low} to {high}; each slice is read with its "
        "own"
    ),
    marked("{what} of {n} with values of the type {names} rather than HU; they are taken for HU"),
    marked("{n} frames of reference in one series; places are taken to be of one"),
    marked("{what} of {n} compressed with loss"),
    marked("{what} with a byte too many before the first element ({names}); read from behind it"),
    marked(
        "{what} of {n} with BitsAllocated {n2}, BitsStored {n3}, HighBit {n4}; values may not be what they "
        "say"
    ),
    marked("{what} cut off ({names}; the first: {why})"),
    marked("linearly, from where the slices lie ({names})"),
)
SORTING = (
    marked("{what} left out ({names})"),
    marked("{names} left out: {why}"),
    marked("{n} patient IDs in one study; each is a series of its own"),
    marked("{n} orientations in one series; each is a part of its own"),
    marked("images of {names} in one series; each is a part of its own"),
)
ODD_SERIES = (*COUNTS, *PLACES, *VALUES, *SORTING)
