"""Clinical values that a model takes: what may be given, what it means, and how it becomes numbers.

A bundle declares its inputs; whoever asks for values (a panel, a file, a cohort table) draws on
the declaration alone and knows no model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from ctprog_gui.core.shared.errors import InputError

Kind = Literal["number", "ordered", "category"]
# What DICOM tells of a patient that an input may be filled in with.
FromDicom = Literal["age_years", "sex"]
# How a person says that a value is not known; an absent value says the same.
UNKNOWN = "unknown"
_UNKNOWN = ("", UNKNOWN, "nan", "na", "none")
# A level that fewer patients had bears no weight of its own.
LEAST_PATIENTS = 10


@dataclass(frozen=True)
class Level:
    """One value of a graded or named input.

    Parameters
    ----------
    value
        As it stands in results and cohort tables, as ``2``.
    label
        As a person reads it, as ``T2``.
    also
        Other spellings of it.
    patients
        How many of the fitted patients had it; None until a model was fitted.
    """

    value: str
    label: str
    also: tuple[str, ...] = ()
    patients: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "also", tuple(str(one) for one in self.also))

    @property
    def is_rare(self) -> bool:
        """Whether too few of the fitted patients had it for it to weigh anything."""
        return self.patients is not None and self.patients < LEAST_PATIENTS


@dataclass(frozen=True)
class ClinicalInput:
    """One clinical value that a model takes.

    Parameters
    ----------
    name
        The key in results and files, and the column of a cohort table.
    label
        What a person is asked for.
    kind
        ``number``: a quantity between `low` and `high` (beyond them it is a mistake), in `unit`;
        ``ordered``: one of the levels, each a step worse than the one before (a stage);
        ``category``: one of the levels, which have no order.
    unknown
        Whether the model was fitted with patients of whom it was not known, so that it may be
        left open. It then adds nothing to the risk: what it adds for the average patient.
    unknown_codes
        Values that mean "not known" besides the common ones, as the ``5`` of a T that is "x".
    from_dicom
        What of the images' own header it is filled in with.
    note
        What to mind, in a sentence.
    """

    name: str
    label: str
    kind: Kind
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    levels: tuple[Level, ...] = ()
    unknown: bool = False
    unknown_codes: tuple[str, ...] = ()
    from_dicom: FromDicom | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "unknown_codes", tuple(str(one) for one in self.unknown_codes))
        if not (isinstance(self.name, str) and self.name.isidentifier()):
            raise ValueError(f"a clinical input can't be called {self.name!r}")
        if not self.label:
            raise ValueError(f"the clinical input {self.name} has no label")
        if self.kind not in get_args(Kind):
            raise ValueError(f"{self.name} is of no known kind: {self.kind!r}")
        if self.from_dicom is not None and self.from_dicom not in get_args(FromDicom):
            raise ValueError(f"{self.name} is read from no known part of DICOM: {self.from_dicom!r}")
        if self.kind == "number":
            if self.low is None or self.high is None or not self.low < self.high or self.levels:
                raise ValueError(f"{self.name} is a number: it has a low, a higher high, and no levels")
        elif len(self.levels) < 2:
            raise ValueError(f"{self.name} needs at least two levels")
        spellings = [word for level in self.levels for word in _spellings(level)]
        spellings += [code.casefold() for code in self.unknown_codes]
        if len(set(spellings)) < len(spellings):
            raise ValueError(f"two levels of {self.name} are spelt alike")

    def read(self, given: object) -> float | str | None:
        """A value as given, as a number or as the value of its level; None where it is not known.

        Raises
        ------
        InputError
            If it is none of the input's values; the message says which are.
        """
        if given is None or (isinstance(given, float) and math.isnan(given)):
            return None
        if isinstance(given, bool) or not isinstance(given, (str, int, float)):
            raise InputError(f"{self.name}: {given!r} is neither a number nor a text")
        text = str(given).strip().casefold()
        if text in _UNKNOWN:
            return None
        if self.kind == "number":
            return self._number(given)
        number = f"{float(text):g}" if _is_number(text) else text
        if {text, number} & {code.casefold() for code in self.unknown_codes}:
            return None
        for level in self.levels:
            if {text, number} & set(_spellings(level)):
                return level.value
        known = ", ".join(level.label for level in self.levels)
        raise InputError(f"{self.name}: {given!r} is none of {known}")

    def _number(self, given: str | int | float) -> float:
        if not _is_number(str(given)):
            raise InputError(f"{self.name}: {given!r} is not a number")
        value = float(given)
        low, high = self.low or 0.0, self.high or 0.0  # a number has both
        if not low <= value <= high:
            unit = f" {self.unit}" if self.unit else ""
            raise InputError(f"{self.name}: {given} lies outside {low:g} to {high:g}{unit}")
        return value

    def level(self, value: str) -> Level:
        """The level of a value that `read` gave."""
        return next(level for level in self.levels if level.value == value)

    def told(self, value: float | str | None) -> str:
        """A value that `read` gave, in words."""
        if value is None:
            return UNKNOWN
        if isinstance(value, str):
            return self.level(value).label
        return f"{value:.4g} {self.unit}" if self.unit else f"{value:.4g}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the numbers that a value becomes: one, or for a category one a level."""
        if self.kind == "category":
            return tuple(f"{self.name}={level.value}" for level in self.levels)
        return (self.name,)

    def encode(self, value: float | str | None) -> list[float]:
        """A value that `read` gave, as numbers in the order of `columns`; NaN where it is not known.

        A number is itself, a graded value the place of its level from 0 on, a category 1 in its
        own column and 0 in the others.
        """
        if value is None:
            return [math.nan] * len(self.columns)
        if isinstance(value, str):
            at = self.levels.index(self.level(value))
            return (
                [float(at)] if self.kind == "ordered" else [float(at == n) for n in range(len(self.levels))]
            )
        return [float(value)]

    def to_json(self) -> dict[str, Any]:
        """As it stands in a bundle's ``spec.json``."""
        value = {key: part for key, part in asdict(self).items() if part not in (None, ())}
        if self.levels:
            value["levels"] = [
                {key: part for key, part in asdict(level).items() if part not in (None, ())}
                for level in self.levels
            ]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ClinicalInput:
        """The inverse of `to_json`; unknown keys raise ValueError."""
        _refuse_unknown(cls, value)
        levels = []
        for level in value.get("levels", ()):
            _refuse_unknown(Level, level)
            levels.append(Level(**level))
        return cls(**{**value, "levels": tuple(levels)})


def encode(inputs: Iterable[ClinicalInput], values: Mapping[str, object]) -> list[float]:
    """The numbers of all inputs in turn; see `ClinicalInput.read` and `ClinicalInput.encode`."""
    return [number for one in inputs for number in one.encode(one.read(values.get(one.name)))]


def columns(inputs: Iterable[ClinicalInput]) -> tuple[str, ...]:
    """The names of what `encode` gives."""
    return tuple(name for one in inputs for name in one.columns)


def missing(inputs: Iterable[ClinicalInput], values: Mapping[str, object]) -> list[ClinicalInput]:
    """Inputs that must be known and aren't. Raises `InputError` as `ClinicalInput.read`."""
    return [one for one in inputs if one.read(values.get(one.name)) is None and not one.unknown]


def check(inputs: Sequence[ClinicalInput], values: Mapping[str, object]) -> None:
    """See that each given value has a meaning to one input at least.

    Raises
    ------
    InputError
        If a key is no input's, or a value is none of its input's.
    """
    known = sorted({one.name for one in inputs})
    for name in values:
        if name not in known:
            raise InputError(f"{name} is no clinical value that a bundle takes: {', '.join(known)}")
    for one in inputs:
        one.read(values.get(one.name))


def _spellings(level: Level) -> tuple[str, ...]:
    words = (level.value, level.label, *level.also)
    return tuple(dict.fromkeys(word.casefold() for word in words))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _refuse_unknown(kind: type[Any], value: Mapping[str, Any]) -> None:
    unknown = set(value) - {one.name for one in fields(kind)}
    if unknown:
        raise ValueError(f"unknown key in a clinical input: {', '.join(sorted(unknown))}")
