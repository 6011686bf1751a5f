"""Runs the benchmarks and writes docs/benchmarks.md.

``python tests/benchmarks/run.py [NAME …]``; without names all of them. Each runs in a process of its own,
where Xvfb is installed on a virtual screen of known size that no other window covers. Rows of
benchmarks that are not named are kept as the page has them. The case is LUNG1-001 of the real data
(``CTPROG_SHARED_DATA``, or ``../shared/data`` beside the checkout), unpacked into a temporary folder.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
# What each is given: the folder of the CT, the folder of the case, or nothing.
BENCHMARKS = {
    "reading": "ct",
    "scanning": "ct",
    "browser": "ct",
    "scrolling": "case",
    "windowing": "case",
    "memory": "case",
    "window": None,
    "painting": None,
    "napari": None,
    "roi": None,
    "scoring": "case",
    "live_score": "case",
    "encoder": None,
    "losses": None,
    "survival": None,
    "phantom": None,
    "prepare": None,
    "resume": None,
    "radiomics": None,
}
PACKAGES = ("PySide6-Essentials", "vtk", "numpy", "SimpleITK", "torch")
NOTES = ("<!-- notes: written by hand, kept by the script -->", "<!-- end of notes -->")
DATA = ("<!-- results", "-->")

Rows = dict[str, list[dict[str, Any]]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    rows = kept_rows(old)
    with tempfile.TemporaryDirectory(prefix="ctprog-benchmark-") as folder:
        case = unpack(Path(folder))
        for name in names:
            print(f"{name} …", flush=True)
            # A peer that isn't installed leaves nothing to measure, and the page as it was.
            found = measure(name, case)
            rows[name] = with_kept(found, rows.get(name, []))
            for row in found:
                print(f"  {row['ratio']:.2f} (goal {row['goal']})  {row['name']}", flush=True)
    PAGE.write_text(page({name: rows[name] for name in BENCHMARKS if name in rows}, old), encoding="utf-8")
    return 0


def unpack(folder: Path) -> Path:
    shared = os.environ.get("CTPROG_SHARED_DATA")
    data = Path(shared) if shared else ROOT.parent / "shared" / "data"
    with zipfile.ZipFile(data / "lung1_001.zip") as archive:
        archive.extractall(folder)
    return folder / "lung1_001"


def measure(name: str, case: Path) -> list[dict[str, Any]]:
    """One benchmark's rows, with the day they were measured and what else the machine did then."""
    given = {"ct": [str(case / "ct")], "case": [str(case)], None: []}[BENCHMARKS[name]]
    command = [sys.executable, str(HERE / f"bench_{name}.py"), *given]
    path = [str(ROOT), str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    if shutil.which("xvfb-run"):
        # Without -noreset the server starts anew, and is away for a moment, when a window closes.
        command = ["xvfb-run", "-a", "-s", "-noreset -screen 0 1920x1200x24", *command]
        environment["LIBGL_ALWAYS_SOFTWARE"] = "1"
    load = os.getloadavg()[0]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    # What a library prints comes before.
    found = json.loads(done.stdout.strip().splitlines()[-1])
    day = datetime.date.today().isoformat()
    return [
        {"load": round(load, 1), **row, "measured": day}
        for row in (found if isinstance(found, list) else [found])
    ]


def with_kept(found: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The new rows; where only sections of a benchmark were run, also those of the others."""
    if found and "CTPROG_BENCH_SECTIONS" not in os.environ:
        return found
    new = {row["name"]: row for row in found}
    return [new.pop(row["name"], row) for row in before] + list(new.values())


def kept_rows(text: str) -> Rows:
    """The rows as the page holds them, in a comment."""
    start, end = DATA
    if start not in text:
        return {}
    return dict(json.loads(text.split(start, 1)[1].split(end, 1)[0]))


def page(rows: Rows, old: str) -> str:
    notes = old.split(NOTES[0])[1].split(NOTES[1])[0].strip() if NOTES[0] in old else ""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    drawing = "drawn in software" if shutil.which("xvfb-run") else "on the screen"
    lines = [
        "# Benchmarks",
        "",
        "Written by `python tests/benchmarks/run.py`; each benchmark's method stands at the top of its",
        "script in `tests/benchmarks/`. Ours and the peer are measured in one run, by turns. Only the ratio",
        "says something beyond the machine it was measured on.",
        "",
        f"Machine: {os.cpu_count()} cores, {platform.system()}, {drawing}. "
        f"Python {platform.python_version()}.",
        f"Versions: {versions}.",
        "",
        "| what | ours | peer | ratio | goal | met | measured |",
        "|---|---|---|---|---|---|---|",
    ]
    every = [row for part in rows.values() for row in part]
    for row in every:
        met = "yes" if row["ratio"] <= row["goal"] else "**no**"
        when = f"{row['measured']}, load {row['load']}"
        ours, peer = amount(row, "ours"), amount(row, "peer")
        lines.append(
            f"| {row['name']} | {ours} | {peer} | {row['ratio']:.2f} | ≤ {row['goal']} | {met} | {when} |"
        )
    lines += ["", "`load` is the machine's load average when the benchmark began.", ""]
    lines += missed(every)
    lines += ["", "## Notes", NOTES[0], notes, NOTES[1], ""]
    lines += [DATA[0], json.dumps(rows, ensure_ascii=False, indent=1), DATA[1], ""]
    return "\n".join(lines)


def amount(row: dict[str, Any], side: str) -> str:
    if f"{side}_mib" in row:
        return f"{row[f'{side}_mib']:.0f} MiB"
    for unit in ("bytes", "voxels"):
        if f"{side}_{unit}" in row:
            return f"{row[f'{side}_{unit}']} {unit}"
    return f"{1000 * row[f'{side}_s']:.3g} ms"


def missed(rows: list[dict[str, Any]]) -> list[str]:
    """A line for each goal that is missed, and by how much."""
    late = [row for row in rows if row["ratio"] > row["goal"]]
    if not late:
        return ["Every goal is met."]
    lines = ["Goals missed; the notes below say why:", ""]
    for row in late:
        over = 100 * (row["ratio"] / row["goal"] - 1)
        lines.append(f"- {row['name']}: {row['ratio']:.2f} instead of {row['goal']}, {over:.0f} % over.")
    return lines


if __name__ == "__main__":
    sys.exit(main())
