"""What core says of odd series, noted for translation: codes of anomalies, and their details with places."""

from __future__ import annotations

from ctprog_gui.state.language import marked

CODES = (
    marked("duplicate_slices"),
    marked("enhanced_multiframe"),
    marked("gantry_tilt"),
    marked("localizer_excluded"),
    marked("lossy_compression"),
    marked("missing_slices"),
    marked("mixed_matrix"),
    marked("mixed_orientation"),
    marked("mixed_patients"),
    marked("negative_spacing"),
    marked("no_geometry"),
    marked("no_rescale"),
    marked("nonuniform_spacing"),
    marked("not_ct"),
    marked("oblique"),
    marked("odd_bits"),
    marked("resampled"),
    marked("secondary_capture_excluded"),
    marked("stray_bytes"),
    marked("too_few_slices"),
    marked("truncated_pixel_data"),
    marked("unreadable_file"),
)
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
ODD_SERIES = (*CODES, *COUNTS, *PLACES, *VALUES, *SORTING)
