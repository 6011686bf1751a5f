"""The command line: what ``ctprog`` accepts, and the commands that show no window."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from ctprog_gui import __version__
from ctprog_gui.core.shared.console import FAILURE, OK, console_progress

if TYPE_CHECKING:
    from ctprog_gui.core.reading_sessions.folder import SessionFolder
    from ctprog_gui.core.roi.readings import Overall


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Arguments of one call; exits with status 2 on wrong usage.

    The first word is a command or else a path to open, so ``ctprog scan.zip`` needs no verb.
    """
    parser = _parser()
    words = list(argv)
    known = {*COMMANDS, "demo", "view"}
    first = next((word for word in words if not word.startswith("-")), None)
    if first not in known and not {"-h", "--help", "--version"} & set(words):
        words.insert(0, "view")
    return parser.parse_args(words)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    parser = argparse.ArgumentParser(
        prog="ctprog",
        usage="ctprog [PATH ...] | ctprog COMMAND ...",
        description="Look at a CT, mark the tumour, and read what published prognosis systems make of it. "
        "Research use only. Without a command, PATH (DICOM file, folder, ZIP or DICOMDIR; NIfTI, NRRD, "
        "MHA) is opened in the viewer.",
    )
    parser.add_argument("--version", action="version", version=f"ctprog {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    view = commands.add_parser("view", parents=[common], help="open the viewer (the default)")
    view.add_argument("paths", nargs="*", type=Path, metavar="PATH")

    demo = commands.add_parser("demo", parents=[common], help="a synthetic case with predictions")
    demo.add_argument(
        "--out", type=Path, metavar="DIR", help="show no window; write pictures and result.json"
    )

    inspect_ = commands.add_parser("inspect", parents=[common], help="list series and what is odd about them")
    inspect_.add_argument("path", type=Path, metavar="PATH")
    inspect_.add_argument("--json", action="store_true")

    score = commands.add_parser("score", parents=[common], help="predict without a window")
    score.add_argument("path", type=Path, metavar="PATH")
    score.add_argument("--out", type=Path, required=True, metavar="DIR")
    score.add_argument("--roi", type=Path, metavar="FILE", help="RTSTRUCT, DICOM SEG, NIfTI or NRRD")
    score.add_argument("--roi-name", metavar="NAME", help="which region of the file")
    score.add_argument("--resample-roi", action="store_true", help="allow a ROI that lies on another grid")
    score.add_argument("--series", metavar="UID", help="which series, where PATH holds several")
    score.add_argument("--bundle", action="append", default=[], metavar="NAME_OR_DIR", help="default: all")
    score.add_argument("--clinical", type=Path, metavar="FILE.json")
    score.add_argument("--phase", action="append", default=[], metavar="NAME=PATH")
    score.add_argument("--accept", action="append", default=[], metavar="CODE", help="accept an anomaly")
    score.add_argument(
        "--handling", choices=("split", "resample"), help="how to take slices that make no regular grid"
    )

    convert = commands.add_parser("convert-roi", parents=[common], help="write a ROI in another format")
    convert.add_argument("source", type=Path, metavar="IN", help="DICOM SEG, RTSTRUCT, NIfTI or NRRD")
    convert.add_argument("--reference", type=Path, required=True, metavar="PATH", help="the image it lies on")
    convert.add_argument("--out", type=Path, required=True, metavar="OUT")
    convert.add_argument("--roi-name", metavar="NAME", help="which region of the file; default: all")
    convert.add_argument(
        "--to",
        choices=("seg", "labelmap", "rtstruct", "nifti", "nrrd"),
        help="default: by the ending of OUT (.dcm: seg); labelmap: a SEG whose segments share no voxel",
    )
    convert.add_argument("--series", metavar="UID", help="which series, where the reference holds several")
    convert.add_argument("--resample-roi", action="store_true", help="allow a ROI that lies on another grid")

    compare = commands.add_parser("compare-rois", parents=[common], help="how far two ROIs agree")
    compare.add_argument("a", type=Path, metavar="A")
    compare.add_argument("b", type=Path, metavar="B")
    compare.add_argument(
        "--reference", type=Path, metavar="PATH", help="the image; needed where neither file has a grid"
    )
    compare.add_argument("--roi-name", metavar="NAME", help="which region of each file")
    compare.add_argument("--series", metavar="UID", help="which series, where the reference holds several")
    compare.add_argument("--resample-roi", action="store_true", help="allow a ROI that lies on another grid")
    compare.add_argument("--json", action="store_true")

    agreement = commands.add_parser("agreement", parents=[common], help="how far several readers' ROIs agree")
    agreement.add_argument(
        "table", type=Path, metavar="READINGS.csv", help="case, reader, roi[, repeat, image]"
    )
    agreement.add_argument("--out", type=Path, required=True, metavar="DIR")
    agreement.add_argument("--roi-name", metavar="NAME", help="which region, where files hold several")

    session = commands.add_parser("reading-session", help="several readers, blind, in orders of their own")
    _add_reading_session(session.add_subparsers(dest="action", metavar="ACTION", required=True), common)

    bundles = commands.add_parser("bundles", parents=[common], help="list the bundles found")
    bundles.add_argument("--verify", action="store_true", help="check every file against its checksum")
    bundles.add_argument("--json", action="store_true")
    return parser


def _add_reading_session(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    make = actions.add_parser("make", parents=[common], help="write session.json into a folder")
    make.add_argument("folder", type=Path, metavar="DIR")
    make.add_argument(
        "--case", nargs="+", action="extend", default=[], type=Path, metavar="PATH", help="an image each"
    )
    make.add_argument("--cases", type=Path, metavar="CASES.csv", help="instead: case, image[, series]")
    make.add_argument("--reader", action="append", required=True, metavar="NAME", help="once for each")
    make.add_argument("--reviewer", metavar="NAME", help="who settles where readers differ")
    make.add_argument("--segment", default="tumour", metavar="NAME", help="what is drawn")
    make.add_argument("--title", metavar="WORDS", help="default: the folder's name")
    make.add_argument("--repeat", type=float, default=0.0, metavar="FRACTION", help="share read twice")
    make.add_argument("--seed", type=int, default=0, metavar="S", help="of the orders")
    make.add_argument(
        "--models", choices=("hidden", "after-estimate", "shown"), default="hidden", help="to the readers"
    )
    make.add_argument("--open", action="store_true", help="readers may load each other's ROIs")
    make.add_argument("--format", choices=("seg", "nifti"), default="seg", help="of the ROIs")
    check = actions.add_parser("check", parents=[common], help="whether images and ROIs are as they were")
    status = actions.add_parser("status", parents=[common], help="how far everybody is")
    report = actions.add_parser("report", parents=[common], help="how far the readers agree")
    for action in (check, status, report):
        action.add_argument("session", type=Path, metavar="SESSION", help="session.json or its folder")
    status.add_argument("--json", action="store_true")
    report.add_argument("--out", type=Path, required=True, metavar="DIR")


def _inspect(args: argparse.Namespace) -> int:
    from ctprog_gui.core.dicom.open_path import open_path

    with console_progress(f"Scanning {args.path}", enabled=not args.json) as progress:
        series = open_path([args.path], progress.part(0.0, 0.3))
        # The range of HU needs the pixels; no more than one series is held at a time.
        steps = [0.3 + 0.7 * index / len(series) for index in range(len(series) + 1)]
        found = [
            one.measured(progress.part(*span)) for one, span in zip(series, pairwise(steps), strict=True)
        ]
    if args.json:
        print(json.dumps([info.to_json() for info in found], indent=2, ensure_ascii=False))
        return OK
    for info in found:
        print(info.summary())
    return OK


def _score(args: argparse.Namespace) -> int:
    from ctprog_gui.core.inference.scoring import ScoreRequest, score

    request = ScoreRequest(
        path=args.path,
        out=args.out,
        roi=args.roi,
        roi_name=args.roi_name,
        resample_roi=args.resample_roi,
        series_uid=args.series,
        bundles=tuple(args.bundle),
        clinical=args.clinical,
        phases=tuple(args.phase),
        accept=frozenset(args.accept),
        handling=args.handling,
    )
    with console_progress("Scoring") as progress:
        result = score(request, progress)
    for prediction in result["predictions"]:
        risk = prediction.get("risk_score")
        told = f"risk {risk:.4g} ({prediction['risk_group']})" if risk is not None else "no score"
        if risk is None and prediction.get("endpoints"):
            told = f"{len(prediction['endpoints'])} endpoints"
        codes = ", ".join(warning["code"] for warning in prediction["warnings"])
        print(f"{prediction['bundle']}: {told}{f'  [{codes}]' if codes else ''}")
    print(f"Research use only. Written to {args.out}")
    return OK


def _convert_roi(args: argparse.Namespace) -> int:
    from ctprog_gui.core.roi.conversion import convert, open_reference

    masks = convert(
        args.source,
        open_reference(args.reference, args.series),
        args.out,
        name=args.roi_name,
        to=args.to,
        resample=args.resample_roi,
    )
    for mask in masks:
        print(f"{mask.name}: {mask.count} voxels, {mask.volume_mm3:.6g} mm³")
    print(f"Research use only. Written to {args.out}")
    return OK


def _compare_rois(args: argparse.Namespace) -> int:
    from ctprog_gui.core.roi.conversion import compare, open_reference

    reference = None if args.reference is None else open_reference(args.reference, args.series)
    found = compare(args.a, args.b, reference=reference, name=args.roi_name, resample=args.resample_roi)
    figures = found.to_json()
    if args.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name}: {'none, one region is empty' if value is None else f'{value:.6g}'}")
    return OK


def _agreement(args: argparse.Namespace) -> int:
    from ctprog_gui.core.roi.agreement_report import write_report
    from ctprog_gui.core.roi.readings import compare_readings, overall, read_readings

    with console_progress("Comparing") as progress:
        compared = compare_readings(read_readings(args.table), args.roi_name, progress)
    over = overall(compared)
    write_report(args.out, compared, over)
    _print_pairs(over, args.out)
    return OK


def _print_pairs(over: Sequence[Overall], out: Path) -> None:
    for one in over:
        pair = f"{one.first} again" if one.first == one.second else f"{one.first} and {one.second}"
        told = f"{one.cases} case{'s' * (one.cases != 1)}, Dice {one.dice[0]:.3f}"
        if one.icc is not None:
            icc = one.icc
            told += (
                f", ICC of volumes {float(icc.value):.3f} ({float(icc.lower):.3f} to {float(icc.upper):.3f})"
            )
        print(f"{pair}: {told}")
    print(f"Research use only. Written to {out}")


def _reading_session(args: argparse.Namespace) -> int:
    from ctprog_gui.core.reading_sessions.folder import SessionFolder
    from ctprog_gui.core.reading_sessions.report import report, standings

    if args.action == "make":
        return _make_reading_session(args)
    folder = SessionFolder(args.session)
    if args.action == "check":
        return _check_reading_session(folder)
    if args.action == "status":
        rows = standings(folder)
        if args.json:
            print(json.dumps([row.to_json() for row in rows], indent=2, ensure_ascii=False))
            return OK
        for row in rows:
            told = f"{row.done + row.flagged} of {row.readings} finished"
            told += f", {row.flagged} of them flagged" if row.flagged else ""
            told += f", {row.in_progress} begun" if row.in_progress else ""
            print(f"{row.name}{' (reviewer)' if row.reviews else ''}: {told}, {row.seconds / 60:.0f} min")
        return OK
    with console_progress("Comparing") as progress:
        _, over = report(folder, args.out, progress)
    _print_pairs(over, args.out)
    return OK


def _make_reading_session(args: argparse.Namespace) -> int:
    from ctprog_gui.core.reading_sessions.making import AskedCase, Plan, make_session, read_cases
    from ctprog_gui.core.shared.errors import InputError

    if bool(args.case) == (args.cases is not None):
        raise InputError("name the images with --case, or a table of them with --cases, and not both")
    cases = read_cases(args.cases) if args.cases is not None else [AskedCase(path) for path in args.case]
    plan = Plan(
        title=args.title or args.folder.resolve().name,
        cases=cases,
        readers=args.reader,
        reviewer=args.reviewer,
        segment=args.segment,
        format=args.format,
        blind_to_readers=not args.open,
        models=args.models,
        seed=args.seed,
        repeat_fraction=args.repeat,
    )
    with console_progress("Reading the images") as progress:
        folder = make_session(args.folder, plan, progress)
    again = len(folder.session.readers[0].order) - len(cases)
    print(f"{len(cases)} case{'s' * (len(cases) != 1)}, {again} of them twice, for {', '.join(args.reader)}")
    print(f"Research use only. Written to {args.folder / 'session.json'}")
    return OK


def _check_reading_session(folder: SessionFolder) -> int:
    from ctprog_gui.core.reading_sessions.making import check_session
    from ctprog_gui.core.shared.errors import InputError

    with console_progress("Checking") as progress:
        troubles = check_session(folder, progress)
    if troubles:
        told = "; ".join(f"{one.what}: {one.detail}" for one in troubles)
        raise InputError(f"{folder.session.title}: {len(troubles)} troubles: {told}")
    print(f"{folder.session.title}: images and ROIs are as they were")
    return OK


def _bundles(args: argparse.Namespace) -> int:
    from ctprog_gui.core.inference.bundle import list_bundles

    rows = list_bundles(verify=args.verify)
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            state = row.get("error") or ("verified" if args.verify else "found")
            print(f"{row['name']}  {row['path']}  {state}")
        if not rows:
            print("no bundles found")
    return FAILURE if any("error" in row for row in rows) else OK


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "inspect": _inspect,
    "score": _score,
    "convert-roi": _convert_roi,
    "compare-rois": _compare_rois,
    "agreement": _agreement,
    "reading-session": _reading_session,
    "bundles": _bundles,
}
