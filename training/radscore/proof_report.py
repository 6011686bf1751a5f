"""The report of a proof on phantoms: which part of the model found which driver."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.delong import areas, compare_paired
from training.configuration.radscore import RadscoreProofConfig
from training.radscore.proof_found import KINDS, PARTS, SINGLE, Found

# How far a single source must lie below the fused model where two carry signal, and how many standard
# errors from ½ are chance.
GAIN, STANDARD_ERRORS = 0.03, 2.0


def write_report(config: RadscoreProofConfig, found: dict[str, Found], out: Path) -> None:
    """``report.md``, ``tables/parts.csv`` and ``tables/shuffled.csv``."""
    asked = {name: found[name] for name in config.drivers}
    null = {name: one for name, one in found.items() if name not in config.drivers}
    lines = [
        f"{config.fitted} phantoms fitted to (seed {config.seed}) and {config.judged} others judged by "
        f"(seed {config.judged_seed}); an endpoint's log odds are {config.strength:g} times the sum of its "
        "drivers' standard scores.",
        "",
        "| AUC on the others | " + " | ".join(asked) + " |",
        "|---" * (1 + len(asked)) + "|",
        "| driven by | " + " | ".join(", ".join(config.drivers[name]) for name in asked) + " |",
        "| positive | " + " | ".join(f"{int(one.label.sum())}" for one in asked.values()) + " |",
    ]
    rows: list[list[object]] = []
    for part, title in {"oracle": "the true probability", **PARTS}.items():
        cells = []
        for name, one in asked.items():
            area, error = _area(one, part)
            rows.append([name, part, area, error])
            mark = "" if abs(area - 0.5) > STANDARD_ERRORS * error else " ·"
            cells.append(f"{area:.3f} ({area - 1.96 * error:.3f} to {area + 1.96 * error:.3f}){mark}")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    lines += [
        "",
        f"· within {STANDARD_ERRORS:g} standard errors of ½. In brackets DeLong's 95 % interval.",
        "",
    ]
    lines += ["| Deep-RadScore less | " + " | ".join(asked) + " |", "|---" * (1 + len(asked)) + "|"]
    for part in (*SINGLE, "radiomics"):
        cells = []
        for one in asked.values():
            compared = compare_paired(one.scores["deep_radscore"], one.scores[part], one.label)
            cells.append(f"{compared.difference:+.3f} ({compared.lower:+.3f} to {compared.upper:+.3f})")
        lines.append(f"| {PARTS[part]} | {' | '.join(cells)} |")
    lines += [
        "",
        "| share of what moved Deep-RadScore | " + " | ".join(asked) + " |",
        "|---" * (1 + len(asked)) + "|",
    ]
    for source in SINGLE:
        cells = [f"{_share(one.moved, source):.2f}" for one in asked.values()]
        lines.append(f"| {PARTS[source]} | {' | '.join(cells)} |")
    lines += [
        "",
        "| share of a RadScore's contributions | " + " | ".join(asked) + " |",
        "|---" * (1 + len(asked)) + "|",
    ]
    for region in ("tumour", "ring"):
        for kind in KINDS:
            cells = [f"{_share(one.kinds[region], kind):.2f}" for one in asked.values()]
            lines.append(f"| {region}: {_KINDS[kind]} | {' | '.join(cells)} |")
        cells = [f"{one.wavelets[region]:.2f}" for one in asked.values()]
        lines.append(f"| {region}: of wavelet bands | {' | '.join(cells)} |")
    if null:
        lines += ["", *_of_null(null)]
    _table(out / "tables" / "parts.csv", ["endpoint", "part", "auc", "standard_error"], rows)
    of_null = [[name, part, *_area(one, part)] for name, one in null.items() for part in PARTS]
    _table(out / "tables" / "shuffled.csv", ["labels", "part", "auc", "standard_error"], of_null)
    with replacing(out / "report.md") as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")


_KINDS = {"shape": "shape", "firstorder": "first order", "texture": "texture"}


def _of_null(null: dict[str, Found]) -> list[str]:
    lines = [
        f"| {len(null)} times labels dealt out anew | mean AUC ± {STANDARD_ERRORS:g} of its standard errors "
        f"| within {STANDARD_ERRORS:g} of their own | lowest, highest |",
        "|---|---|---|---|",
    ]
    for part, title in PARTS.items():
        found = [_area(one, part) for one in null.values()]
        area, error = (np.array(values) for values in zip(*found, strict=True))
        # Each shuffle is judged on the same patients with labels of its own: about independent.
        half = STANDARD_ERRORS * float(np.sqrt(np.square(error).sum())) / len(area)
        inside = int((np.abs(area - 0.5) <= STANDARD_ERRORS * error).sum())
        lines.append(
            f"| {title} | {area.mean():.3f} ± {half:.3f} | {inside} of {len(area)} "
            f"| {area.min():.3f}, {area.max():.3f} |"
        )
    return lines


def _area(found: Found, part: str) -> tuple[float, float]:
    """AUC and its standard error; a score that is the same for all is ½ without doubt."""
    value = found.scores[part]
    if not np.ptp(value):
        return 0.5, 0.0
    area = areas(value, found.label)
    return float(area.auc[0]), float(np.sqrt(area.covariance[0, 0]))


def _share(sizes: dict[str, float], name: str) -> float:
    total = sum(sizes.values())
    return sizes[name] / total if total else 0.0


def _table(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
