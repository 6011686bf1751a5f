"""What each feature measures, in plain words, for people who did not write it.

A name is made of image, class and feature (``wavelet-LLH_glcm_Contrast``), and so is its explanation, which
`state/feature_words.py` puts together. Imports nothing of the extraction: a window asks for words too.
"""

from __future__ import annotations

import re

_NAME = re.compile(r"(original|wavelet-([LH]{2,3}))_(shape|firstorder|glcm|glrlm|glszm|gldm|ngtdm)_(\w+)")

CLASSES = {
    "shape": "shape",
    "firstorder": "first order",
    "glcm": "GLCM",
    "glrlm": "GLRLM",
    "glszm": "GLSZM",
    "gldm": "GLDM",
    "ngtdm": "NGTDM",
}

_SHAPE = {
    "Elongation": "how round the region is across its longest axis; 1 is round, 0 a line",
    "Flatness": "how thick the region is for its length; 1 is a ball, 0 a sheet",
    "LeastAxisLength": "length of the shortest axis of the ellipsoid that fits the region, in mm",
    "MajorAxisLength": "length of the longest axis of the ellipsoid that fits the region, in mm",
    "Maximum2DDiameterColumn": "longest diameter in any coronal plane, in mm",
    "Maximum2DDiameterRow": "longest diameter in any sagittal plane, in mm",
    "Maximum2DDiameterSlice": "longest diameter in any axial slice, in mm",
    "Maximum3DDiameter": "longest diameter in space, in mm",
    "MeshVolume": "volume within the region's smoothed surface, in mm³",
    "MinorAxisLength": "length of the middle axis of the ellipsoid that fits the region, in mm",
    "Sphericity": "how close the region is to a ball; 1 is a ball, less is lobed or spiculated",
    "SurfaceArea": "area of the region's surface, in mm²",
    "SurfaceVolumeRatio": "surface for each mm³; large for small or ragged regions",
    "VoxelVolume": "volume of the region's voxels, in mm³",
}
_FIRST_ORDER = {
    "10Percentile": "value below which the darkest tenth of the voxels lies",
    "90Percentile": "value above which the brightest tenth of the voxels lies",
    "Energy": "sum of the squared values; grows with size and with distance from 0",
    "Entropy": "how unforeseeable a voxel's value is; large where many values are equally common",
    "InterquartileRange": "width of the middle half of the values",
    "Kurtosis": "how heavy the tails of the values are; large where few voxels lie far from the rest",
    "Maximum": "the largest value",
    "MeanAbsoluteDeviation": "mean distance of the values from their mean",
    "Mean": "the mean value",
    "Median": "the value that half of the voxels lie below",
    "Minimum": "the smallest value",
    "Range": "from the smallest value to the largest",
    "RobustMeanAbsoluteDeviation": "mean distance from the mean, without the outer tenths of the values",
    "RootMeanSquared": "root of the mean squared value; how far from 0 the values lie",
    "Skewness": "to which side the values are drawn out; above 0 towards bright ones",
    "TotalEnergy": "sum of the squared values times the volume of a voxel",
    "Uniformity": "how few values the voxels share; large in a uniform region",
    "Variance": "how widely the values spread around their mean",
}
_GLCM = {
    "Autocorrelation": "how bright voxels lie side by side; large where bright meets bright",
    "ClusterProminence": "how far pairs of neighbours stray from the mean, extremes counting most",
    "ClusterShade": "whether pairs of neighbours stray towards bright (above 0) or dark",
    "ClusterTendency": "how strongly neighbours of like grey level gather",
    "Contrast": "how much grey levels of neighbours differ; large in coarse, patchy texture",
    "Correlation": "how well a voxel's grey level tells its neighbour's",
    "DifferenceAverage": "mean difference of grey level between neighbours",
    "DifferenceEntropy": "how varied the differences between neighbours are",
    "DifferenceVariance": "how widely the differences between neighbours spread",
    "Id": "how alike neighbours are; large in smooth texture",
    "Idm": "how alike neighbours are, large differences counting little; large in smooth texture",
    "Idmn": "how alike neighbours are, for the number of grey levels",
    "Idn": "how alike neighbours are, for the number of grey levels, large differences counting more",
    "Imc1": "how much a voxel tells of its neighbour (information); 0 is nothing, −1 all",
    "Imc2": "how much a voxel tells of its neighbour (information); 0 is nothing, 1 all",
    "InverseVariance": "how alike neighbours are that are not equal",
    "JointAverage": "mean grey level of the voxels that have neighbours",
    "JointEnergy": "how few kinds of pairs there are; large in orderly texture",
    "JointEntropy": "how varied the pairs of neighbours are; large in disorderly texture",
    "MCC": "the closest that neighbours' grey levels come to telling each other",
    "MaximumProbability": "share of the commonest pair of neighbours",
    "SumAverage": "mean sum of the grey levels of neighbours",
    "SumEntropy": "how varied the sums of neighbours' grey levels are",
    "SumSquares": "how widely the grey levels of neighbours spread around their mean",
}
# Of what runs, zones and dependences have in common; {many} are the things counted.
_COUNTED = {
    "GrayLevelNonUniformity": "how unevenly the {many} are spread over grey levels; grows with size",
    "GrayLevelNonUniformityNormalized": "how unevenly the {many} are spread over grey levels",
    "GrayLevelVariance": "how widely the grey levels of the {many} spread",
}
_GLRLM = {
    **{name: words.format(many="runs") for name, words in _COUNTED.items()},
    "HighGrayLevelRunEmphasis": "how many runs are bright",
    "LongRunEmphasis": "how long the runs of equal grey level are; large in coarse texture",
    "LongRunHighGrayLevelEmphasis": "how many runs are long and bright",
    "LongRunLowGrayLevelEmphasis": "how many runs are long and dark",
    "LowGrayLevelRunEmphasis": "how many runs are dark",
    "RunEntropy": "how varied the runs are in length and grey level",
    "RunLengthNonUniformity": "how unevenly the lengths of runs are spread; grows with size",
    "RunLengthNonUniformityNormalized": "how unevenly the lengths of runs are spread",
    "RunPercentage": "how many runs there are for the number of voxels; large in fine texture",
    "RunVariance": "how widely the lengths of runs spread",
    "ShortRunEmphasis": "how short the runs of equal grey level are; large in fine texture",
    "ShortRunHighGrayLevelEmphasis": "how many runs are short and bright",
    "ShortRunLowGrayLevelEmphasis": "how many runs are short and dark",
}
_GLSZM = {
    **{name: words.format(many="zones") for name, words in _COUNTED.items()},
    "HighGrayLevelZoneEmphasis": "how many zones are bright",
    "LargeAreaEmphasis": "how large the zones of equal grey level are; large in coarse texture",
    "LargeAreaHighGrayLevelEmphasis": "how many zones are large and bright",
    "LargeAreaLowGrayLevelEmphasis": "how many zones are large and dark",
    "LowGrayLevelZoneEmphasis": "how many zones are dark",
    "SizeZoneNonUniformity": "how unevenly the sizes of zones are spread; grows with the region",
    "SizeZoneNonUniformityNormalized": "how unevenly the sizes of zones are spread",
    "SmallAreaEmphasis": "how small the zones of equal grey level are; large in fine texture",
    "SmallAreaHighGrayLevelEmphasis": "how many zones are small and bright",
    "SmallAreaLowGrayLevelEmphasis": "how many zones are small and dark",
    "ZoneEntropy": "how varied the zones are in size and grey level",
    "ZonePercentage": "how many zones there are for the number of voxels; large in fine texture",
    "ZoneVariance": "how widely the sizes of zones spread",
}
_GLDM = {
    **{name: words.format(many="voxels") for name, words in _COUNTED.items() if "Normalized" not in name},
    "DependenceEntropy": "how varied voxels are in grey level and number of equal neighbours",
    "DependenceNonUniformity": "how unevenly the numbers of equal neighbours are spread; grows with size",
    "DependenceNonUniformityNormalized": "how unevenly the numbers of equal neighbours are spread",
    "DependenceVariance": "how widely the numbers of equal neighbours spread",
    "HighGrayLevelEmphasis": "how many voxels are bright",
    "LargeDependenceEmphasis": "how many equal neighbours voxels have; large in uniform texture",
    "LargeDependenceHighGrayLevelEmphasis": "how many voxels are bright and have many equal neighbours",
    "LargeDependenceLowGrayLevelEmphasis": "how many voxels are dark and have many equal neighbours",
    "LowGrayLevelEmphasis": "how many voxels are dark",
    "SmallDependenceEmphasis": "how few equal neighbours voxels have; large in restless texture",
    "SmallDependenceHighGrayLevelEmphasis": "how many voxels are bright and have few equal neighbours",
    "SmallDependenceLowGrayLevelEmphasis": "how many voxels are dark and have few equal neighbours",
}
_NGTDM = {
    "Busyness": "how quickly grey levels change from a voxel to those around it",
    "Coarseness": "how slowly grey levels change from place to place; large in coarse texture",
    "Complexity": "how many quick changes and different grey levels there are",
    "Contrast": "how wide the range of grey levels is, and how quickly they change within it",
    "Strength": "how clearly patches stand out that are large enough to be seen",
}
FEATURES = {
    "shape": _SHAPE,
    "firstorder": _FIRST_ORDER,
    "glcm": _GLCM,
    "glrlm": _GLRLM,
    "glszm": _GLSZM,
    "gldm": _GLDM,
    "ngtdm": _NGTDM,
}
# How a class looks at the region.
LOOKS = {
    "shape": "Of the region's outline alone, whatever is inside.",
    "firstorder": "Of the values in the region, wherever each lies.",
    "glcm": "Counted over pairs of neighbouring voxels.",
    "glrlm": "Counted over runs: voxels of one grey level in a line.",
    "glszm": "Counted over zones: connected voxels of one grey level.",
    "gldm": "Counted over each voxel's neighbours of the same grey level.",
    "ngtdm": "Each voxel is held against the mean of those around it.",
}


def taken_apart(feature: str) -> tuple[str, str, str | None] | None:
    """Class, name and wavelet band of a feature (None: of the image itself); None where it is no feature."""
    found = _NAME.fullmatch(feature)
    if found is None or found[4] not in FEATURES[found[3]]:
        return None
    return found[3], found[4], found[2]


def short_name(feature: str) -> str:
    """A feature's name for a narrow line: ``Contrast (GLCM, LLH)``; as it is where it is none."""
    found = taken_apart(feature)
    if found is None:
        return feature
    kind, name, band = found
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) if name not in _GLCM_SYMBOLS else name
    beside = CLASSES[kind] if band is None else f"{CLASSES[kind]}, {band}"
    return f"{words} ({beside})"


# Abbreviations that are not to be taken apart.
_GLCM_SYMBOLS = frozenset({"Id", "Idm", "Idmn", "Idn", "Imc1", "Imc2", "MCC"})


# First-order features on the scale of the values, and shape's by their dimension; others have no unit.
_HU = re.compile(
    "(10|90)Percentile|InterquartileRange|Maximum|(Robust)?MeanAbsoluteDeviation|Mean|Median|Minimum|Range|"
    "RootMeanSquared"
)
_SHAPE_UNITS = {
    **dict.fromkeys(("LeastAxisLength", "MajorAxisLength", "MinorAxisLength"), "mm"),
    **dict.fromkeys((f"Maximum2DDiameter{way}" for way in ("Column", "Row", "Slice")), "mm"),
    "Maximum3DDiameter": "mm",
    "MeshVolume": "mm³",
    "VoxelVolume": "mm³",
    "SurfaceArea": "mm²",
    "SurfaceVolumeRatio": "mm⁻¹",
}


def unit_of(feature: str) -> str:
    """The unit of a feature of a CT in HU, original or wavelet; empty where it has none."""
    found = taken_apart(feature)
    if found is None:
        return ""
    kind, name, _ = found
    if kind == "firstorder":
        return "HU" if _HU.fullmatch(name) else "HU²" if name == "Variance" else ""
    return _SHAPE_UNITS.get(name, "") if kind == "shape" else ""
