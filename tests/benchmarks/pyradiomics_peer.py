"""pyradiomics on stored cases: run by `bench_radiomics.py` with the Python of pyradiomics' own environment.

``python pyradiomics_peer.py CASE.npz …`` prints one line of JSON: of each case the seconds of the
processor and of the clock, and the process's peak memory. ``python pyradiomics_peer.py -`` answers each line
of standard input that names a case with a line. It imports nothing of CTProg's.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from radiomics import featureextractor


def extract_one(extractor: featureextractor.RadiomicsFeatureExtractor, path: str) -> tuple[float, float]:
    """Seconds by the processor and by the clock."""
    with np.load(path) as case:
        image, mask = (sitk.GetImageFromArray(case[name]) for name in ("image", "mask"))
        for one in (image, mask):
            one.SetSpacing([float(step) for step in case["spacing_mm"]])
    start, begun = time.process_time(), time.perf_counter()
    found = extractor.execute(image, mask)
    took = time.process_time() - start, time.perf_counter() - begun
    count = sum(not name.startswith("diagnostics") for name in found)
    if count != 851:
        raise AssertionError(f"{count} features")
    return took


def main() -> None:
    logging.disable(logging.WARNING)
    extractor = featureextractor.RadiomicsFeatureExtractor(preCrop=True)
    extractor.enableImageTypeByName("Wavelet")
    if sys.argv[1:] == ["-"]:
        for line in sys.stdin:
            print(json.dumps({"seconds": extract_one(extractor, line.strip())[0]}), flush=True)
        return
    seconds, clock = zip(*(extract_one(extractor, path) for path in sys.argv[1:]), strict=True)
    # `getrusage` would count what the parent had before, too.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"seconds": seconds, "clock": clock, "peak_mib": peak}))


if __name__ == "__main__":
    main()
