"""851 features of a region against pyradiomics 3.0.1 with preCrop.

The peer needs an environment of its own, whose Python ``CTPROG_PYRADIOMICS_PYTHON`` names; without it
nothing is measured. One that works, on Python 3.11::

    python -m venv peer
    peer/bin/pip install "setuptools<81" wheel versioneer "numpy<2" SimpleITK PyWavelets pykwalify six
    peer/bin/pip install --no-build-isolation pyradiomics==3.0.1

Each case is extracted by a process of ours and one of the peer's, by turns, `ROUNDS` times, with one
thread. What counts is the processor's time of the extraction alone, the median of the rounds: not the
start of the processes, and not the compilation, which ours has done before and reads from disk (what
a first extraction in a new process costs beyond is told as its own row, against compiling anew).

Cases: a ball of 30 mm and the ring of 3 mm around it in 512 × 512 × 100 voxels of 0.7 × 0.7 × 1.25 mm;
the 295 real crops of the shared data that have a ROI, with their rings, one crop by ours and then by the
peer; an ellipsoid of 500 000 voxels. With two threads, the clock's time. The crops take half an hour of a
core: ``CTPROG_BENCH_KEEP`` names a file that holds each crop's times, and a run that was broken off goes on
from there; ``CTPROG_BENCH_EVERY_CROP`` takes every so many-th. The images of ball and ellipsoid are smoothed
noise, as are those of the smallest, 33 voxels and 13 in one slice. A stroke is a disc of 10 pixels set at the
ball's edge.
Growth: balls of 10³ to 10⁶ voxels, drawn to docs/images/radiomics-growth.svg; its row is time a voxel at
10⁶ against 10⁴.
Run as ``python tests/benchmarks/bench_radiomics.py``; prints one line of JSON.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ROUNDS = 1
GOAL, COHORT_GOAL, LARGE_GOAL, STROKE_GOAL = 0.1, 0.125, 0.2, 0.5
# Where libraries learn how many threads they may use.
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
    "NUMBA_NUM_THREADS",
)
CROPS = "CTPROG_BENCH_EVERY_CROP"
SIZES = (10**3, 10**4, 10**5, 10**6)

Found = dict[str, Any]
Spacing = tuple[float, float, float]
Region = NDArray[np.bool_]


def peak_mib() -> float:
    """Of this process since its program began; `getrusage` counts what the parent had before, too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def warm_up() -> float:
    """Seconds of the processor until all code that extracts is there."""
    from ctprog_gui.core.radiomics.first_use import load

    start = time.process_time()
    load()
    return time.process_time() - start


def extract_one(path: str) -> Found:
    """Seconds of one case by the processor and by the clock, and of a stroke where the case has one."""
    from ctprog_gui.core.radiomics.extraction import FeatureExtractor, extract

    with np.load(path) as case:
        image, mask = case["image"], case["mask"] > 0
        spacing = tuple(float(step) for step in case["spacing_mm"])
        stroke = case["stroke"] > 0 if "stroke" in case.files else None
    geometry = Geometry(image.shape[::-1], spacing)
    volume = Volume(image, geometry)
    start, now = time.process_time(), time.perf_counter()
    found = extract(volume, Mask(mask, geometry))
    told: Found = {"seconds": time.process_time() - start, "clock": time.perf_counter() - now}
    if len(found) != 851:
        raise AssertionError(f"{len(found)} features")
    if stroke is not None:
        extractor = FeatureExtractor(volume, room=8)
        # Made before: that the stroke is drawn is no part of extracting.
        edited = mask | stroke
        start = time.process_time()
        extractor.extract(Mask(mask, geometry))
        middle = time.process_time()
        extractor.extract(Mask(edited, geometry))
        told["stroke"] = [middle - start, time.process_time() - middle]
    return told


def extract_all(paths: list[str]) -> Found:
    """What the peer's script does, by our extractor; runs in a process of its own."""
    begun = warm_up()
    told = [extract_one(path) for path in paths]
    found: Found = {key: [one[key] for one in told] for key in ("seconds", "clock")}
    found["strokes"] = [one["stroke"] for one in told if "stroke" in one]
    return {**found, "peak_mib": peak_mib(), "begun": begun}


def answer_asked() -> None:
    """The times of each case that a line of standard input names, as they come."""
    warm_up()
    for line in sys.stdin:
        print(json.dumps(extract_one(line.strip())), flush=True)


def texture(shape: tuple[int, int, int], seed: int) -> NDArray[np.int16]:
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    rough = rng.normal(size=shape).astype(np.float32)
    smooth = gaussian_filter(rng.normal(size=shape).astype(np.float32), 2.0)
    return np.asarray(-50 + 60 * rough + 100 * smooth / smooth.std(), dtype=np.int16)


def ellipsoid(
    shape: tuple[int, int, int], spacing_mm: tuple[float, ...], radius_mm: float
) -> NDArray[np.bool_]:
    steps = zip(np.indices(shape, dtype=np.float32), shape, spacing_mm[::-1], strict=True)
    return np.asarray(sum(((i - size // 2) * step) ** 2 for i, size, step in steps) <= radius_mm**2)


def save(
    path: Path, image: NDArray[Any], mask: NDArray[np.bool_], spacing_mm: tuple[float, ...], **more: Any
) -> str:
    np.savez(path, image=image, mask=mask.astype(np.uint8), spacing_mm=np.array(spacing_mm), **more)
    return str(path)


def ring_of(mask: Region, spacing_mm: Spacing) -> Region:
    from ctprog_gui.core.radiomics.ring import peritumoural_ring

    return peritumoural_ring(Mask(mask, Geometry(mask.shape[::-1], spacing_mm)), 3.0).voxels


def crops_of(folder: Path, known: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Each patient not known yet with the files of tumour and ring, which the next one overwrites."""
    shared = os.environ.get("CTPROG_SHARED_DATA")
    crops = (Path(shared) if shared else ROOT.parent / "shared" / "data") / "nsclc_crops"
    loader = SourceFileLoader("nsclc_crops_unpack", str(crops / "unpack"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    reader = module_from_spec(spec)
    loader.exec_module(reader)
    with (crops / "clinical.csv").open(encoding="utf-8", newline="") as file:
        patients = [row["patient_id"] for row in csv.DictReader(file)][:: int(os.environ.get(CROPS, "30"))]
    one = (1.0, 1.0, 1.0)
    for patient in patients:
        if patient in known:
            continue
        image, mask = reader.read_case(crops / "cases" / f"{patient}.xz")
        if mask.any():
            yield (
                patient,
                [
                    save(folder / "tumour.npz", image, mask, one),
                    save(folder / "ring.npz", image, ring_of(mask, one), one),
                ],
            )


def ours(paths: list[str], **environment: str) -> Found:
    return run([sys.executable, str(HERE / "bench_radiomics.py"), *paths], environment)


def run(command: list[str], environment: dict[str, str] | None = None) -> Found:
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **dict.fromkeys(THREADS, "1"), **(environment or {})},
    )
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def measure(paths: list[str], peer: str) -> tuple[list[Found], list[Found]]:
    """Both, by turns."""
    turns = [(ours(paths), run([peer, str(HERE / "pyradiomics_peer.py"), *paths])) for _ in range(ROUNDS)]
    return [one for one, _ in turns], [other for _, other in turns]


def row(name: str, our_s: float, peer_s: float, goal: float) -> Found:
    return {
        "name": f"radiomics: {name}",
        "ours_s": round(our_s, 4),
        "peer_s": round(peer_s, 4),
        "ratio": round(our_s / peer_s, 4),
        "goal": goal,
    }


def middle(found: list[Found], case: int | None = None) -> float:
    """Median over rounds of a case's time, or of all cases' together."""
    return float(np.median([sum(one["seconds"]) if case is None else one["seconds"][case] for one in found]))


def draw(ours_s: list[float], peers_s: list[float], voxels: list[int]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.loglog(voxels, ours_s, "o-", label="CTProg")
    axes.loglog(voxels[: len(peers_s)], peers_s, "s--", label="pyradiomics 3.0.1")
    line = [ours_s[-1] * count / voxels[-1] for count in voxels]
    axes.loglog(voxels, line, ":", color="grey", label="in proportion to the voxels")
    axes.set(xlabel="voxels in the ROI", ylabel="processor time (s)", title="851 features, one thread")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(ROOT / "docs" / "images" / "radiomics-growth.svg", metadata={"Date": None})


def tumour(peer: str, folder: Path) -> list[Found]:
    rows = []
    shape, spacing = (100, 512, 512), (0.7, 0.7, 1.25)
    chest, ball = texture(shape, 1), ellipsoid(shape, spacing, 15.0)
    z, y, x = np.indices(shape, dtype=np.int32)
    stroke = (z == 50) & ((y - 256) ** 2 + (x - 256 - 20) ** 2 <= 25)
    cases = [
        save(folder / "ball.npz", chest, ball, spacing, stroke=stroke.astype(np.uint8)),
        save(folder / "ring.npz", chest, ring_of(ball, spacing), spacing),
    ]
    our, their = measure(cases, peer)
    for case, what in enumerate(("30 mm tumour in 512 × 512 × 100", "its 3 mm ring")):
        name = f"851 features, {what}, against pyradiomics"
        rows.append(row(name, middle(our, case), middle(their, case), GOAL))
    strokes = np.median([one["strokes"][0] for one in our], axis=0)
    name = "after one brush stroke, against the first extraction"
    rows.append(row(name, strokes[1], strokes[0], STROKE_GOAL))
    return rows


def two(peer: str, folder: Path) -> list[Found]:
    """The tumour again with two threads on either side, by the clock: neither keeps the second one busy."""
    shape, spacing = (100, 512, 512), (0.7, 0.7, 1.25)
    path = save(folder / "ball.npz", texture(shape, 1), ellipsoid(shape, spacing, 15.0), spacing)
    threads = dict.fromkeys(THREADS, "2")
    pairs = []
    for _ in range(3):
        our = ours([path], **threads)["clock"][0]
        pairs.append((our, run([peer, str(HERE / "pyradiomics_peer.py"), path], threads)["clock"][0]))
    our, their = np.median(pairs, axis=0)
    return [row("851 features, 30 mm tumour, two threads, against pyradiomics", our, their, GOAL)]


class Asked:
    """A process that extracts the cases it is told of, one after another, with one thread."""

    def __init__(self, command: list[str]) -> None:
        environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)

    def seconds(self, path: str) -> float:
        assert self._process.stdin
        assert self._process.stdout
        print(path, file=self._process.stdin, flush=True)
        return float(json.loads(self._process.stdout.readline())["seconds"])

    def close(self) -> None:
        self._process.communicate()


def cohort(peer: str, folder: Path) -> list[Found]:
    """Crop by crop, ours and then the peer's; what was measured before the run was broken off is kept."""
    kept = Path(os.environ.get("CTPROG_BENCH_KEEP", folder / "kept.jsonl"))
    told = [json.loads(line) for line in kept.read_text("utf-8").splitlines()] if kept.exists() else []
    pair = (
        Asked([sys.executable, str(HERE / "bench_radiomics.py"), "-"]),
        Asked([peer, str(HERE / "pyradiomics_peer.py"), "-"]),
    )
    try:
        for patient, paths in crops_of(folder, {one["patient"] for one in told}):
            our, their = ([side.seconds(path) for path in paths] for side in pair)
            told.append({"patient": patient, "ours_s": our, "peer_s": their, "load": os.getloadavg()[0]})
            with kept.open("a", encoding="utf-8") as file:
                print(json.dumps(told[-1]), file=file)
    finally:
        for side in pair:
            side.close()
    name = f"{len(told)} real crops, tumour and ring, against pyradiomics"
    sums = [sum(sum(one[side]) for one in told) for side in ("ours_s", "peer_s")]
    ratios = [sum(one["ours_s"]) / sum(one["peer_s"]) for one in told]
    spread = [round(float(part), 4) for part in np.percentile(ratios, [0, 50, 100])]
    # Of the time in which the crops were measured, not of the run that added them up.
    load = round(float(np.median([one["load"] for one in told])), 1)
    return [{**row(name, *sums, COHORT_GOAL), "ratios_least_median_most": spread, "load": load}]


def large(peer: str, folder: Path) -> list[Found]:
    shape = (112, 112, 112)
    mask = ellipsoid(shape, (1.0, 1.0, 1.0), 49.2)
    path = save(folder / "large.npz", texture(shape, 2), mask, (1.0, 1.0, 1.0))
    our, their = measure([path], peer)
    name = f"{int(mask.sum())} voxels"
    peaks = our[0]["peak_mib"], their[0]["peak_mib"]
    return [
        row(f"{name}, against pyradiomics", middle(our), middle(their), LARGE_GOAL),
        {
            "name": f"radiomics: {name}, peak memory of the process",
            "ours_mib": round(peaks[0], 1),
            "peer_mib": round(peaks[1], 1),
            "ratio": round(peaks[0] / peaks[1], 3),
            "goal": 1.0,
        },
    ]


def small(peer: str, folder: Path) -> list[Found]:
    """The smallest that is met: a ball of a few voxels, and one voxel thick."""
    shape, one = (20, 20, 20), (1.0, 1.0, 1.0)
    ball = ellipsoid(shape, one, 2.0)
    flat = ball & (np.arange(20) == 10)[:, None, None]
    paths = [save(folder / f"{mask.sum()}.npz", texture(shape, 4), mask, one) for mask in (ball, flat)]
    our, their = measure(paths, peer)
    return [
        row(f"{mask.sum()} voxels, against pyradiomics", middle(our, case), middle(their, case), GOAL)
        for case, mask in enumerate((ball, flat))
    ]


def growth(peer: str, folder: Path) -> list[Found]:
    paths, counts = [], []
    for size in SIZES:
        radius = (3 * size / (4 * np.pi)) ** (1 / 3)
        side = int(2 * radius) + 14
        mask = ellipsoid((side,) * 3, (1.0, 1.0, 1.0), radius)
        counts.append(int(mask.sum()))
        paths.append(save(folder / f"growth_{size}.npz", texture((side,) * 3, 3), mask, (1.0, 1.0, 1.0)))
    our = [ours(paths) for _ in range(ROUNDS)]
    # The larger ones would take the peer minutes.
    their = run([peer, str(HERE / "pyradiomics_peer.py"), *paths[:2]])
    times = [middle(our, case) for case in range(len(paths))]
    draw(times, their["seconds"], counts)
    a_voxel = [seconds / count for seconds, count in zip(times, counts, strict=True)]
    name = "time a voxel at 10⁶ voxels, against 10⁴"
    return [row(name, a_voxel[3] * 1e4, a_voxel[1] * 1e4, 1.0)]


def compilation(_: str, folder: Path) -> list[Found]:
    """A first extraction where compiled code lies on disk, against one that compiles."""
    from_disk = ours([])["begun"]
    anew = ours([], NUMBA_CACHE_DIR=str(folder / "empty"))["begun"]
    return [row("first extraction of a process, code from disk against compiling", from_disk, anew, 1.0)]


SECTIONS = {
    "tumour": tumour,
    "two": two,
    "cohort": cohort,
    "large": large,
    "small": small,
    "growth": growth,
    "compilation": compilation,
}


def main(peer: str) -> list[Found]:
    """The rows of every section, or of those that ``CTPROG_BENCH_SECTIONS`` names; told as they come."""
    os.environ["CTPROG_BENCH_CHILD"] = "1"
    # The first run compiles, where that was not done yet.
    ours([])
    rows = []
    for name in os.environ.get("CTPROG_BENCH_SECTIONS", ",".join(SECTIONS)).split(","):
        with tempfile.TemporaryDirectory(prefix="ctprog-radiomics-") as folder:
            found = SECTIONS[name](peer, Path(folder))
        print(json.dumps(found), file=sys.stderr, flush=True)
        rows += found
    return rows


if __name__ == "__main__":
    if sys.argv[1:] == ["-"]:
        answer_asked()
    elif len(sys.argv) > 1:
        print(json.dumps(extract_all(sys.argv[1:])))
    elif os.environ.get("CTPROG_BENCH_CHILD"):
        print(json.dumps(extract_all([])))
    elif named := os.environ.get("CTPROG_PYRADIOMICS_PYTHON"):
        print(json.dumps(main(named)))
    else:
        print("[]")
