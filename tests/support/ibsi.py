"""IBSI 1's configurations as settings, and its tags as the names of features."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.settings import RadiomicsSettings

SHAPE = {
    "volume": "MeshVolume",
    "vol_approx": "VoxelVolume",
    "area_mesh": "SurfaceArea",
    "av": "SurfaceVolumeRatio",
    "sphericity": "Sphericity",
    "diam": "Maximum3DDiameter",
    "pca_maj_axis": "MajorAxisLength",
    "pca_min_axis": "MinorAxisLength",
    "pca_least_axis": "LeastAxisLength",
    "pca_elongation": "Elongation",
    "pca_flatness": "Flatness",
}
STATISTICS = {
    "mean": "Mean",
    "var": "Variance",
    "skew": "Skewness",
    "kurt": "Kurtosis",
    "median": "Median",
    "min": "Minimum",
    "p10": "10Percentile",
    "p90": "90Percentile",
    "max": "Maximum",
    "iqr": "InterquartileRange",
    "range": "Range",
    "mad": "MeanAbsoluteDeviation",
    "rmad": "RobustMeanAbsoluteDeviation",
    "energy": "Energy",
    "rms": "RootMeanSquared",
}
HISTOGRAM = {"entropy": "Entropy", "uniformity": "Uniformity"}
CO_OCCURRENCE = {
    "joint_max": "MaximumProbability",
    "joint_avg": "JointAverage",
    "joint_var": "SumSquares",
    "joint_entr": "JointEntropy",
    "diff_avg": "DifferenceAverage",
    "dissimilarity": "DifferenceAverage",
    "diff_var": "DifferenceVariance",
    "diff_entr": "DifferenceEntropy",
    "sum_avg": "SumAverage",
    "sum_var": "ClusterTendency",
    "sum_entr": "SumEntropy",
    "energy": "JointEnergy",
    "contrast": "Contrast",
    "inv_diff": "Id",
    "inv_diff_norm": "Idn",
    "inv_diff_mom": "Idm",
    "inv_diff_mom_norm": "Idmn",
    "inv_var": "InverseVariance",
    "corr": "Correlation",
    "auto_corr": "Autocorrelation",
    "clust_tend": "ClusterTendency",
    "clust_shade": "ClusterShade",
    "clust_prom": "ClusterProminence",
    "info_corr1": "Imc1",
    "info_corr2": "Imc2",
}
RUNS = {
    "sre": "ShortRunEmphasis",
    "lre": "LongRunEmphasis",
    "lgre": "LowGrayLevelRunEmphasis",
    "hgre": "HighGrayLevelRunEmphasis",
    "srlge": "ShortRunLowGrayLevelEmphasis",
    "srhge": "ShortRunHighGrayLevelEmphasis",
    "lrlge": "LongRunLowGrayLevelEmphasis",
    "lrhge": "LongRunHighGrayLevelEmphasis",
    "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized",
    "rlnu": "RunLengthNonUniformity",
    "rlnu_norm": "RunLengthNonUniformityNormalized",
    "r_perc": "RunPercentage",
    "gl_var": "GrayLevelVariance",
    "rl_var": "RunVariance",
    "rl_entr": "RunEntropy",
}
ZONES = {
    "sze": "SmallAreaEmphasis",
    "lze": "LargeAreaEmphasis",
    "lgze": "LowGrayLevelZoneEmphasis",
    "hgze": "HighGrayLevelZoneEmphasis",
    "szlge": "SmallAreaLowGrayLevelEmphasis",
    "szhge": "SmallAreaHighGrayLevelEmphasis",
    "lzlge": "LargeAreaLowGrayLevelEmphasis",
    "lzhge": "LargeAreaHighGrayLevelEmphasis",
    "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized",
    "zsnu": "SizeZoneNonUniformity",
    "zsnu_norm": "SizeZoneNonUniformityNormalized",
    "z_perc": "ZonePercentage",
    "gl_var": "GrayLevelVariance",
    "zs_var": "ZoneVariance",
    "zs_entr": "ZoneEntropy",
}
TONES = {
    "coarseness": "Coarseness",
    "contrast": "Contrast",
    "busyness": "Busyness",
    "complexity": "Complexity",
    "strength": "Strength",
}
DEPENDENCE = {
    "lde": "SmallDependenceEmphasis",
    "hde": "LargeDependenceEmphasis",
    "lgce": "LowGrayLevelEmphasis",
    "hgce": "HighGrayLevelEmphasis",
    "ldlge": "SmallDependenceLowGrayLevelEmphasis",
    "ldhge": "SmallDependenceHighGrayLevelEmphasis",
    "hdlge": "LargeDependenceLowGrayLevelEmphasis",
    "hdhge": "LargeDependenceHighGrayLevelEmphasis",
    "glnu": "GrayLevelNonUniformity",
    "dcnu": "DependenceNonUniformity",
    "dcnu_norm": "DependenceNonUniformityNormalized",
    "gl_var": "GrayLevelVariance",
    "dc_var": "DependenceVariance",
    "dc_entr": "DependenceEntropy",
}
# By what a tag begins with: the class, its names, and whether a tag ends in how slices are treated.
CLASSES = {
    "morph": ("shape", SHAPE, False),
    "stat": ("firstorder", STATISTICS, False),
    "ih": ("firstorder", HISTOGRAM, False),
    "cm": ("glcm", CO_OCCURRENCE, True),
    "rlm": ("glrlm", RUNS, True),
    "szm": ("glszm", ZONES, True),
    "ngt": ("ngtdm", TONES, True),
    "ngl": ("gldm", DEPENDENCE, True),
}
WAYS = {
    f"_{plane.replace('.', '_')}{ending}": (plane.lower(), aggregation)
    for plane in ("2D", "2.5D", "3D")
    for ending, aggregation in (("_avg", "averaged"), ("_comb", "merged"), ("", "averaged"))
}
_ORIGINAL = {"images": ["original"], "excess_kurtosis": True, "sample_covariance": True}
_CLOSE = {**_ORIGINAL, "round_resampled": True}
CONFIGURATIONS = {
    "dig_phantom": {**_ORIGINAL, "bin_width": 1.0},
    "chest_config_a": {**_ORIGINAL, "range_hu": [-500, 400], "bin_width": 25.0, "bin_origin": -500.0},
    "chest_config_b": {
        **_CLOSE,
        "resample_mm": [2.0, 2.0, 0.0],
        "interpolation": "linear",
        "range_hu": [-500, 400],
        "bin_count": 32,
    },
    "chest_config_c": {
        **_CLOSE,
        "resample_mm": [2.0, 2.0, 2.0],
        "interpolation": "linear",
        "range_hu": [-1000, 400],
        "bin_width": 25.0,
        "bin_origin": -1000.0,
    },
    "chest_config_d": {
        **_CLOSE,
        "resample_mm": [2.0, 2.0, 2.0],
        "interpolation": "linear",
        "outlier_sd": 3.0,
        "bin_count": 32,
    },
    "chest_config_e": {
        **_CLOSE,
        "resample_mm": [2.0, 2.0, 2.0],
        "interpolation": "bspline",
        "range_hu": [-1000, 400],
        "outlier_sd": 3.0,
        "bin_count": 32,
    },
}


@dataclass(frozen=True)
class Consensus:
    """One consensus value: its tag, the feature, how slices and directions are treated.

    `tolerance` holds half a unit of the last printed digit besides IBSI's own, which is 0 at times.
    """

    tag: str
    feature: str
    plane: str | None
    aggregation: str | None
    value: float
    tolerance: float


def read_case(shared_data: Path, configuration: str) -> tuple[Volume, Mask]:
    """Image and ROI of a configuration."""
    ibsi = shared_data / "ibsi"
    if configuration == "dig_phantom":
        folder = ibsi / "digital_phantom" / "nifti"
        (image,), (mask,) = ((folder / kind).rglob("*.nii.gz") for kind in ("image", "mask"))
    else:
        folder = ibsi / "chest_nifti"
        image, mask = folder / "image" / "phantom.nii.gz", folder / "mask" / "mask.nii.gz"
    volume = read_volume(image)
    return volume, Mask(np.asarray(read_volume(mask).voxels > 0), volume.geometry)


def read_consensus(shared_data: Path, configuration: str) -> tuple[list[Consensus], list[str]]:
    """The consensus values of features that we have, and the tags of those that we don't."""
    found, other = [], []
    path = shared_data / "ibsi" / "reference_values" / f"ibsi_1_{configuration}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            one = _consensus(row["tag"], row["reference value"], row["tolerance"])
            if one is None:
                other.append(row["tag"])
            else:
                found.append(one)
    return found, other


def _consensus(tag: str, value: str, tolerance: str) -> Consensus | None:
    kind, _, rest = tag.partition("_")
    if kind not in CLASSES or not value:
        return None
    name, features, by_slice = CLASSES[kind]
    plane = aggregation = None
    if by_slice:
        # The longest ending first: 2_5D_avg ends in 5D_avg too.
        ending = next(one for one in sorted(WAYS, key=len, reverse=True) if rest.endswith(one))
        rest = rest.removesuffix(ending)
        plane, aggregation = WAYS[ending]
    if rest not in features:
        return None
    feature = f"original_{name}_{features[rest]}"
    half = float(Decimal(1).scaleb(int(Decimal(value).as_tuple().exponent))) / 2
    if "e" not in value.lower() and "." not in value:
        # Printed to three digits, the rest are zeros.
        half *= 10 ** max(len(value.lstrip("-")) - 3, 0)
    return Consensus(tag, feature, plane, aggregation, float(value), float(tolerance or 0) + half)


def settings_of(configuration: str, plane: str | None, aggregation: str | None) -> RadiomicsSettings:
    values = {
        **CONFIGURATIONS[configuration],
        "plane": plane or "3d",
        "aggregation": aggregation or "averaged",
    }
    return RadiomicsSettings.from_json(values)
