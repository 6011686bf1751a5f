"""What ``ctprog-train`` accepts."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ctprog_gui import __version__
from ctprog_gui.core.shared.console import OK, console_progress
from ctprog_gui.core.shared.errors import InputError


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Arguments of one call; exits with status 2 on wrong usage."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    parser = argparse.ArgumentParser(
        prog="ctprog-train",
        description="Fit a prognosis system on a cohort and export it as a bundle for the viewer. "
        "Research use only.",
    )
    parser.add_argument("--version", action="version", version=f"ctprog-train {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    phantom = commands.add_parser("phantom", parents=[common], help="a synthetic cohort with a known hazard")
    phantom.add_argument("--out", type=Path, required=True, metavar="DIR")
    phantom.add_argument("--cases", type=int, required=True, metavar="N")
    phantom.add_argument("--seed", type=int, default=1, metavar="S")
    _add_phantom_options(phantom)

    lung1 = commands.add_parser(
        "import-lung1", parents=[common], help="a cohort from the NSCLC-Radiomics collection's own layout"
    )
    lung1.add_argument("--dicom", type=Path, required=True, metavar="DIR", help="searched with all below it")
    lung1.add_argument("--clinical", type=Path, required=True, metavar="CSV", help="the collection's table")
    lung1.add_argument("--out", type=Path, required=True, metavar="DIR")
    lung1.add_argument("--roi-name", default="GTV-1", metavar="NAME", help="the region (default: GTV-1)")

    prepare = commands.add_parser(
        "prepare", parents=[common], help="make a cohort's images ready ahead of a fit; can be resumed"
    )
    prepare.add_argument("cohort", type=Path, metavar="COHORT.csv")
    prepare.add_argument(
        "--recipe",
        required=True,
        metavar="R",
        help="a configuration, a shipped one's name, or a recipe in JSON",
    )
    prepare.add_argument("--out", type=Path, required=True, metavar="DIR")
    prepare.add_argument("--engine", default="local", choices=("local", "ray"))
    prepare.add_argument(
        "--workers", type=_count, metavar="N", help="processes (default: one a core, up to 8)"
    )
    prepare.add_argument("--set", action="append", default=[], metavar="key=value", dest="settings")

    radiomics = commands.add_parser(
        "radiomics", parents=[common], help="features of a cohort's ROIs, as a table; can be resumed"
    )
    radiomics.add_argument("cohort", type=Path, metavar="COHORT.csv")
    radiomics.add_argument("--out", type=Path, required=True, metavar="FILE.csv")
    radiomics.add_argument(
        "--ring-mm", type=float, metavar="MM", help="also of a ring so wide around the ROI"
    )
    radiomics.add_argument(
        "--clip", default="none", choices=("none", "lungs", "body"), help="what the ring stays in"
    )
    radiomics.add_argument("--engine", default="local", choices=("local", "ray"))
    radiomics.add_argument(
        "--workers", type=_count, metavar="N", help="processes (default: one a core, up to 8)"
    )
    radiomics.add_argument("--set", action="append", default=[], metavar="key=value", dest="settings")

    fit = commands.add_parser("fit", parents=[common], help="cross-validate a configuration on a cohort")
    fit.add_argument("config", type=Path, metavar="CONFIG.yaml")
    fit.add_argument("--cohort", type=Path, required=True, metavar="COHORT.csv")
    fit.add_argument("--out", type=Path, required=True, metavar="RUN")
    fit.add_argument(
        "--resume", action="store_true", help="go on with the run in RUN where it was interrupted"
    )
    fit.add_argument("--prepared", type=Path, metavar="DIR", help="where `prepare` put the cohort's images")
    fit.add_argument("--device", default="auto", choices=("cpu", "cuda", "auto"))
    fit.add_argument("--engine", default="local", choices=("local", "ray"), help="where the folds are fitted")
    fit.add_argument("--threads", type=int, metavar="N", help="threads to compute with (default: up to 4)")
    fit.add_argument("--export", type=Path, metavar="BUNDLE_DIR", help="write the bundle too, at the end")
    fit.add_argument("--set", action="append", default=[], metavar="key=value", dest="settings")

    evaluate = commands.add_parser("evaluate", parents=[common], help="the measures of a run")
    evaluate.add_argument("run", type=Path, metavar="RUN")
    evaluate.add_argument("--cohort", type=Path, metavar="OTHER.csv", help="patients the run never saw")
    evaluate.add_argument(
        "--radiomics",
        type=Path,
        metavar="FILE.csv",
        help="the other cohort's features, where those of a run of an endpoint came from a table",
    )
    evaluate.add_argument("--prepared", type=Path, metavar="DIR", help="as for fit")
    evaluate.add_argument("--threads", type=int, metavar="N", help="threads to compute with")
    evaluate.add_argument("--truth", type=Path, metavar="TRUTH.csv", help="of a phantom cohort")

    evaluate.add_argument(
        "--against",
        type=Path,
        nargs="+",
        default=[],
        metavar="RUN",
        help="runs on the same patients and folds to hold it against",
    )

    export = commands.add_parser("export", parents=[common], help="a bundle from a run")
    export.add_argument(
        "run", type=Path, nargs="+", metavar="RUN", help="several: of endpoints, which become one bundle"
    )
    export.add_argument("--name", metavar="NAME", help="of a bundle of endpoints (default: the first run's)")
    export.add_argument(
        "--spacing-mm",
        type=float,
        metavar="MM",
        help="of all images of the endpoints' cohort (crops): radiomics of others are taken at it too",
    )
    export.add_argument("--out", type=Path, required=True, metavar="BUNDLE_DIR")

    likeness = commands.add_parser(
        "likeness", parents=[common], help="tell a bundle what its cohort's cases are like"
    )
    likeness.add_argument("bundle", type=Path, metavar="BUNDLE_DIR")
    likeness.add_argument("--cohort", type=Path, required=True, metavar="COHORT.csv", help="it was fitted on")
    likeness.add_argument("--prepared", type=Path, metavar="DIR", help="as for fit")
    likeness.add_argument("--images-are-cubes", action="store_true", help="the images are crops already")
    likeness.add_argument(
        "--leave-out", default="", metavar="ID,…", help="patients whom the bundle was not fitted on"
    )
    return parser.parse_args(list(argv))


def _add_phantom_options(phantom: argparse.ArgumentParser) -> None:
    from ctprog_gui.core.phantom.scanner import KERNELS
    from training.phantom.endpoints import DRIVERS
    from training.phantom.plan import CONTROLS, SIZES, SYSTEMS

    add = phantom.add_argument
    add(
        "--system", default="slice_attention", choices=tuple(SYSTEMS), metavar="NAME", help=", ".join(SYSTEMS)
    )
    add("--format", default="nifti", choices=("nifti", "dicom"))
    add("--size", choices=tuple(SIZES), help="grid of an image (default: the system's)")
    add("--slice-mm", type=float, metavar="MM", help="slice thickness; the field stays as it is")
    add("--kernel", default="standard", choices=KERNELS, help="reconstruction kernel")
    add("--noise", type=float, default=1.0, metavar="X", help="strength of the noise, 1 for the usual")
    add(
        "--factors", metavar="F=B,…", help="log hazard ratio per SD of each factor, as volume=0.8,texture=0.5"
    )
    add("--censoring", type=float, metavar="SHARE", help="share of censored patients, 0 to 1")
    add("--horizon-months", type=float, metavar="M", help="when all follow-up ends")
    add("--endpoint-driver", choices=tuple(DRIVERS), help="what decides the endpoints")
    add("--endpoint-strength", type=float, default=1.5, metavar="B", help="log odds ratio per SD of it")
    add("--controls", default="", metavar="C,…", help=f"any of {', '.join(CONTROLS)}")
    add("--workers", type=int, metavar="N", help="processes to draw with (default: the cores there are)")


def _phantom(args: argparse.Namespace) -> int:
    from ctprog_gui.core.phantom.scanner import Scanner
    from training.phantom.cohort import usable_workers, write_cohort
    from training.phantom.factors import parse_effects
    from training.phantom.plan import Options, parse_controls

    options = Options(
        system=args.system,
        form=args.format,
        size=args.size,
        slice_mm=args.slice_mm,
        scanner=Scanner(args.kernel, args.noise),
        effects=None if args.factors is None else parse_effects(args.factors),
        censoring=args.censoring,
        horizon_months=args.horizon_months,
        driver=args.endpoint_driver,
        strength=args.endpoint_strength,
        controls=parse_controls(args.controls),
    )
    workers = usable_workers(args.cases) if args.workers is None else args.workers
    with console_progress("Drawing patients") as progress:
        summary = write_cohort(
            args.out, args.cases, seed=args.seed, options=options, workers=workers, progress=progress
        )
    print(summary)
    return OK


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _import_lung1(args: argparse.Namespace) -> int:
    from training.cohorts.import_lung1 import import_lung1

    with console_progress("Importing") as progress:
        imported = import_lung1(
            args.dicom, args.clinical, args.out, roi_name=args.roi_name, progress=progress
        )
    for line in imported.summary():
        print(line)
    print(f"Cohort: {args.out / 'cohort.csv'}")
    return OK


def _prepare(args: argparse.Namespace) -> int:
    from training.prepare import prepare

    with console_progress("Preparing") as progress:
        found = prepare(
            args.cohort,
            args.recipe,
            args.out,
            engine=args.engine,
            workers=args.workers,
            settings=args.settings,
            progress=progress,
        )
    for remark in found.remarks:
        print(remark)
    print(f"{found.patients} patients, {found.made} of them prepared now: {args.out}")
    return OK


def _radiomics(args: argparse.Namespace) -> int:
    from training.radiomics import write_radiomics

    with console_progress("Extracting") as progress:
        found = write_radiomics(
            args.cohort,
            args.out,
            ring_mm=args.ring_mm,
            clip=args.clip,
            settings=args.settings,
            engine=args.engine,
            workers=args.workers,
            progress=progress,
        )
    for remark in found.remarks:
        print(remark)
    print(f"{found.patients} patients with features, {found.made} cases extracted now: {args.out}")
    return OK


def _fit(args: argparse.Namespace) -> int:
    from training.configuration.experiment import TableConfig, load_config

    config = load_config(args.config, args.settings)
    if not args.resume and args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        raise InputError(f"{args.out} is not an empty folder: choose another for this run, or --resume")
    if args.export is not None and isinstance(config, TableConfig):
        raise InputError("a run on a table of covariates becomes no bundle: leave --export out")
    from training.configuration.radscore import DeepRadscoreConfig
    from training.evaluation.evaluate import evaluate, write_report
    from training.optimisation.stopping import stop_on_signals
    from training.radscore.evaluation import evaluate_endpoint, write_endpoint_report
    from training.recipes.choice import FitRequest, fit

    asked = FitRequest(
        args.cohort, args.out, args.device, args.engine, args.threads, args.prepared, args.resume
    )
    # Under torchrun the first process speaks for all.
    is_first = os.environ.get("RANK", "0") == "0"
    with stop_on_signals() as stop, console_progress("Fitting", enabled=is_first) as progress:
        fit(config, asked, stop, progress)
    if is_first:
        if isinstance(config, DeepRadscoreConfig):
            write_endpoint_report(args.out, evaluate_endpoint(args.out))
        else:
            write_report(args.out, evaluate(args.out), args.prepared)
        print(f"Report: {args.out / 'report.md'}")
        if args.export is not None:
            from training.exporting.export import export

            print(f"Bundle: {args.export}  {export(args.out, args.export)}")
    return OK


def _evaluate(args: argparse.Namespace) -> int:
    from training.evaluation.evaluate import evaluate, write_report
    from training.radscore.evaluation import evaluate_endpoint, is_endpoint_run, write_endpoint_report
    from training.radscore.fold import NAMES

    if is_endpoint_run(args.run):
        if args.truth is not None:
            raise InputError(f"{args.run} is a run of an endpoint: it takes no --truth")
        if args.cohort is not None:
            return _evaluate_elsewhere(args)
        if args.radiomics is not None:
            raise InputError("--radiomics is of another cohort: give --cohort too")
        worth = evaluate_endpoint(args.run)
        write_endpoint_report(args.run, worth)
        for one in worth.models:
            print(f"{NAMES[one.model]}: AUC {one.auc:.3f} ({one.lower:.3f} to {one.upper:.3f})")
        if args.against:
            from training.radscore.networks_table import compare_networks, write_table2

            networks = compare_networks([args.run, *args.against])
            write_table2(args.run / "tables" / "table2.csv", networks)
            for row in networks:
                print(f"Deep-CT, {row.encoder}: AUC {row.auc:.3f} ({row.lower:.3f} to {row.upper:.3f})")
        return OK
    if args.radiomics is not None:
        raise InputError(f"{args.run} is no run of an endpoint: it takes no --radiomics")
    if args.against and args.cohort is not None:
        raise InputError("--against compares runs on their own cohort: leave --cohort out")
    folder, pointing = args.run, None
    if args.cohort is not None:
        from training.evaluation.external import predict_cohort

        folder = args.run / "external" / args.cohort.resolve().parent.name
        with console_progress("Predicting another cohort") as progress:
            pointing = predict_cohort(
                args.run,
                args.cohort,
                folder,
                threads=args.threads,
                prepared=args.prepared,
                progress=progress,
            )
    found = evaluate(folder, args.truth, pointing)
    write_report(folder, found, args.prepared)
    for measure in found.measures:
        print(f"{measure.name}: {measure.text}")
    if args.against:
        from training.evaluation.evaluate import RESAMPLES
        from training.evaluation.strata_versus import strata_differences, write_differences
        from training.evaluation.versus import compare_runs, write_comparison
        from training.evaluation.versus_figures import draw_figures

        comparison = compare_runs(args.run, args.against)
        write_comparison(args.run, comparison)
        differences = strata_differences(args.run, args.against, RESAMPLES)
        write_differences(args.run, differences)
        for measure in differences:
            print(f"{measure.name}: {measure.text}")
        for path in draw_figures(args.run, comparison.runs):
            print(path)
        print(f"Comparison: {args.run / 'comparison.md'}")
    return OK


def _evaluate_elsewhere(args: argparse.Namespace) -> int:
    """A run of an endpoint on another cohort."""
    from training.radscore.evaluation import evaluate_elsewhere, write_report_elsewhere
    from training.radscore.fold import NAMES
    from training.recipes.endpoint_elsewhere import predict_endpoint_cohort

    if args.against:
        raise InputError("--against compares runs on their own cohort: leave --cohort out")
    folder = args.run / "external" / args.cohort.resolve().parent.name
    with console_progress("Predicting another cohort") as progress:
        remarks = predict_endpoint_cohort(
            args.run,
            args.cohort,
            folder,
            radiomics=args.radiomics,
            prepared=args.prepared,
            threads=args.threads,
            progress=progress,
        )
    worth = evaluate_elsewhere(args.run, folder)
    write_report_elsewhere(folder, worth, remarks)
    for remark in remarks:
        print(remark)
    for one in worth.models:
        print(f"{NAMES[one.model]}: AUC {one.auc:.3f} ({one.lower:.3f} to {one.upper:.3f})")
    print(f"Report: {folder / 'report.md'}")
    return OK


def _export(args: argparse.Namespace) -> int:
    from training.exporting.export import export

    first, *beside = args.run
    sha256 = export(first, args.out, beside=beside, name=args.name, spacing_mm=args.spacing_mm)
    print(f"{args.out}  {sha256}")
    return OK


def _likeness(args: argparse.Namespace) -> int:
    from training.exporting.bundle_likeness import tell_likeness

    with console_progress("Looking at the cohort") as progress:
        sha256, fitted = tell_likeness(
            args.bundle,
            args.cohort,
            images_are_cubes=args.images_are_cubes,
            leave_out=tuple(filter(None, args.leave_out.split(","))),
            prepared=args.prepared,
            progress=progress,
        )
    told = fitted.told
    print(f"{told['cases']} cases; {100 * told['flagged_share']:.1f} % of them out of range, out of fold")
    print(f"{args.bundle}  {sha256}")
    return OK


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "phantom": _phantom,
    "import-lung1": _import_lung1,
    "prepare": _prepare,
    "radiomics": _radiomics,
    "fit": _fit,
    "evaluate": _evaluate,
    "export": _export,
    "likeness": _likeness,
}
