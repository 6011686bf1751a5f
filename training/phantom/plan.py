"""All that decides a cohort: a system's defaults, and what was asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np

from ctprog_gui.core.phantom.case import Take
from ctprog_gui.core.phantom.scanner import KERNELS, Scanner
from ctprog_gui.core.shared.errors import InputError
from training.phantom.endpoints import DRIVERS, PREVALENCE, Endpoint, driver_of, endpoint
from training.phantom.factors import OPTIONAL, Effects, Traits, draw_traits
from training.phantom.hazard import Censoring, Hazard, censoring_of

Size = Literal["small", "whole", "cube"]
Form = Literal["nifti", "dicom"]
Control = Literal["shuffled", "erased", "scanner", "crossing"]
CONTROLS: tuple[Control, ...] = ("shuffled", "erased", "scanner", "crossing")
# Voxels (x, y, z) and spacing in mm; a cube lies around the tumour.
SIZES: dict[Size, tuple[tuple[int, int, int], tuple[float, float, float]]] = {
    "small": ((154, 154, 58), (2.5, 2.5, 5.0)),
    "whole": ((256, 256, 64), (1.5, 1.5, 4.5)),
    "cube": ((84, 84, 84), (1.0, 1.0, 1.0)),
}
# On the finer grid a person sees more vessels than the patients of the first edition have.
_MANY_VESSELS = 260
# The factor by whose sign the hazards cross.
_CROSSING = "texture"
# The population that shares and prevalences refer to: fixed, so that they don't hang on the seed.
_REFERENCE = (1_000_003, 3000)


@dataclass(frozen=True)
class System:
    """What a system's cohort has unless something else is asked for.

    Parameters
    ----------
    size
        See `SIZES`.
    effects
        Log hazard ratio of each factor that drives the hazard.
    varying
        Factors that differ between the patients' images besides those that drive something.
    clinical
        Columns of the table.
    endpoints, driver
        Endpoints, and what drives them.
    phases
        HU of blood in each phase; empty for a single scan.
    resected
        No patient has metastases.
    """

    size: Size
    effects: Effects
    varying: tuple[str, ...] = ()
    clinical: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    driver: str = "texture"
    phases: dict[str, float] = field(default_factory=dict)
    resected: bool = True
    scale_months: float = 26.0


_OF_DIAMETER = ("t_stage", "stage", "early_stage", "longest_diameter_mm")
_TNM = ("t_stage", "n_stage", "m_stage", "stage")
SYSTEMS: dict[str, System] = {
    "slice_attention": System("small", {"volume": 0.9, "texture": 0.7}),
    "ipes": System(
        "whole",
        {"volume": 0.6, "texture": 0.5, "n_stage": 0.4, "age": 0.2},
        varying=("spiculation", "ring"),
        clinical=("age", "sex", "smoker", *_TNM, "early_stage"),
        endpoints=("egfr",),
        driver="ring",
    ),
    "deep_radscore": System(
        "cube",
        {"volume": 0.9, "texture": 0.7},
        varying=("spiculation", "necrosis", "ring"),
        clinical=("age", "sex", "smoker"),
        endpoints=tuple(PREVALENCE),
    ),
    "dual_phase_nomogram": System(
        "whole",
        {"texture": 0.6, "washout": 0.5, "m_stage": 0.5, "ki67": 0.4, "volume": 0.4},
        varying=("necrosis",),
        clinical=("age", "sex", "ki67", "longest_diameter_mm", *_TNM),
        phases={"arterial": 260.0, "venous": 140.0},
        resected=False,
        scale_months=50.0,
    ),
}


@dataclass(frozen=True)
class Options:
    """What a person asks for; None is the system's own.

    Parameters
    ----------
    slice_mm
        Thickness of a slice; the field stays as it is.
    scanner
        Kernel and noise.
    effects
        Log hazard ratio of each factor that drives the hazard, in place of the system's.
    censoring, horizon_months
        Share of censored patients, and the administrative end of follow-up. With neither,
        follow-up ends at a time uniform between 6 and 60 months.
    driver, strength
        What drives the endpoints (`DRIVERS`), and their log odds ratio a standard deviation.
    controls
        See ``docs/phantom.md``.
    """

    system: str = "slice_attention"
    form: Form = "nifti"
    size: Size | None = None
    slice_mm: float | None = None
    scanner: Scanner = field(default_factory=Scanner)
    effects: Effects | None = None
    censoring: float | None = None
    horizon_months: float | None = None
    driver: str | None = None
    strength: float = 1.5
    controls: frozenset[Control] = frozenset()


@dataclass(frozen=True)
class Plan:
    """A cohort without its patients: with the seed and a number it decides each of them."""

    seed: int
    form: Form
    system: System
    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    is_cube: bool
    is_fine: bool
    scanner: Scanner
    hazard: Hazard
    censoring: Censoring
    endpoints: tuple[Endpoint, ...]
    varying: frozenset[str]
    controls: frozenset[Control]

    @property
    def needs_diameter(self) -> bool:
        """Whether anything follows from a tumour's longest diameter."""
        return "stage" in self.hazard.effects or any(name in _OF_DIAMETER for name in self.system.clinical)

    @property
    def takes(self) -> dict[str, Take]:
        """The scans of each patient by phase; a single one has no phase's name."""
        ends = _MANY_VESSELS if self.is_fine else None
        if not self.system.phases:
            return {"": Take(scanner=self.scanner, vessel_ends=ends)}
        return {
            phase: Take(number, self.scanner, contrast, ends)
            for number, (phase, contrast) in enumerate(self.system.phases.items())
        }


def make_plan(options: Options, seed: int) -> Plan:
    """A plan from what was asked for.

    Raises
    ------
    InputError
        If the options contradict each other or can't be had.
    """
    _check_scanner(options.scanner)
    system = SYSTEMS[options.system]
    name = options.size or system.size
    effects = dict(system.effects if options.effects is None else options.effects)
    crossing = None
    if "crossing" in options.controls:
        crossing = _CROSSING
        effects.pop(crossing, None)
    if not system.phases and "washout" in effects:
        raise InputError(f"the factor washout needs two phases; {options.system} has one")
    driver = system.driver if options.driver is None else DRIVERS[options.driver]
    if options.driver is not None and not system.endpoints:
        raise InputError(f"{options.system} has no endpoints to be driven by the {options.driver}")
    drivers = {one: driver_of(one, driver) for one in system.endpoints}
    wanted = {*effects, *system.varying, *drivers.values()}
    varying = frozenset(wanted & set(OPTIONAL))
    hazard = Hazard(effects, scale_months=system.scale_months, crossing=crossing)
    population: tuple[dict[str, float], ...] = ()
    if system.endpoints or options.censoring is not None or options.horizon_months is not None:
        population = _reference(varying, system.resected)
    censoring = Censoring()
    if options.censoring is not None or options.horizon_months is not None:
        stream = np.random.default_rng(_REFERENCE[0])
        deaths = [hazard.law(values).draw(stream) for values in population]
        censoring = censoring_of(options.censoring or 0.0, options.horizon_months, deaths)
    endpoints = tuple(endpoint(one, own, options.strength, population) for one, own in drivers.items())
    size, spacing = _grid(name, options.slice_mm)
    return Plan(
        seed,
        options.form,
        system,
        size,
        spacing,
        name == "cube",
        name == "whole",
        options.scanner,
        hazard,
        censoring,
        endpoints,
        varying,
        options.controls,
    )


def parse_controls(text: str) -> frozenset[Control]:
    """Controls from a list with commas, which may be empty.

    Raises
    ------
    InputError
        If one is unknown.
    """
    named = {part.strip() for part in text.split(",") if part.strip()}
    if unknown := sorted(named - set(CONTROLS)):
        raise InputError(f"there is no control {unknown[0]!r}; there are {', '.join(CONTROLS)}")
    return frozenset(control for control in CONTROLS if control in named)


def traits_of(
    seed: int, number: int, varying: Collection[str]
) -> tuple[Traits, list[np.random.SeedSequence]]:
    """A patient's traits, and the streams that are left: outcome, image, endpoints, source, reader."""
    tumour, outcome, image, others, *rest = np.random.SeedSequence([seed, number]).spawn(7)
    traits = draw_traits(np.random.default_rng(tumour), np.random.default_rng(others), varying)
    return traits, [outcome, image, *rest]


def _check_scanner(scanner: Scanner) -> None:
    if scanner.kernel not in KERNELS:
        raise InputError(f"there is no kernel {scanner.kernel!r}; there are {', '.join(KERNELS)}")
    if not 0 <= scanner.noise <= 20:
        raise InputError(f"the noise's strength is 0 to 20, not {scanner.noise:g}")


def ball_diameter(volume_mm3: float) -> float:
    """About the longest diameter of a tumour, which is longer than the ball of its volume is wide."""
    return 1.15 * float((6 * volume_mm3 / np.pi) ** (1 / 3))


@cache
def _reference(varying: frozenset[str], resected: bool) -> tuple[dict[str, float], ...]:
    """Factor values of a fixed population, whose tumours nothing cuts off."""
    found = []
    seed, count = _REFERENCE
    for number in range(count):
        traits, _ = traits_of(seed, number, varying)
        volume = traits.parameters.volume_mm3
        found.append(traits.complete(volume, ball_diameter(volume), resected=resected))
    return tuple(found)


def _grid(name: Size, slice_mm: float | None) -> tuple[tuple[int, int, int], tuple[float, float, float]]:
    size, spacing = SIZES[name]
    if slice_mm is None:
        return size, spacing
    if not 0.5 <= slice_mm <= 10:
        raise InputError(f"a slice is 0.5 to 10 mm thick, not {slice_mm:g}")
    if name == "cube":
        raise InputError("a cube's voxels are 1 mm wide: it has no slice thickness to choose")
    slices = round(size[2] * spacing[2] / slice_mm)
    return (*size[:2], slices), (*spacing[:2], slice_mm)
