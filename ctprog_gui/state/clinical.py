"""What is known of the patient besides the images, for the models that ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from psygnal import Signal

from ctprog_gui.core.cohort.clinical import ClinicalInput, Level
from ctprog_gui.core.dicom.series import Patient
from ctprog_gui.core.roi.journal import Record
from ctprog_gui.core.shared.errors import InputError

Value = float | str
_KIND = "clinical"


class ClinicalState:
    """The values that the bundles take, of the open case.

    Nothing is assumed: a value is what the images' header says or what a person chose, else
    unknown. `recorded` carries each choice for the case's journal; no value goes anywhere else.
    """

    inputs_changed = Signal()
    changed = Signal()
    recorded = Signal(object)

    def __init__(self) -> None:
        self._inputs: tuple[ClinicalInput, ...] = ()
        self._header: dict[str, Value] = {}
        self._chosen: dict[str, Value | None] = {}

    @property
    def inputs(self) -> tuple[ClinicalInput, ...]:
        """What is asked for, each by name once; a value need only have a meaning to one of the bundles."""
        return self._inputs

    def ask_for(self, inputs: Iterable[ClinicalInput]) -> None:
        """Take over what the bundles declare; inputs of one name become one."""
        merged: dict[str, ClinicalInput] = {}
        for one in inputs:
            known = merged.get(one.name)
            merged[one.name] = one if known is None else _merged(known, one)
        if tuple(merged.values()) != self._inputs:
            self._inputs = tuple(merged.values())
            self.inputs_changed.emit()

    def show(self, patient: Patient | None) -> None:
        """Begin anew with what the header of another case says."""
        self._chosen = {}
        self._header = {}
        if patient is not None:
            if patient.age_years is not None:
                self._header["age_years"] = patient.age_years
            if patient.sex:
                self._header["sex"] = patient.sex
        self.changed.emit()

    def value(self, name: str) -> Value | None:
        """One input's value; None where it is not known."""
        if name in self._chosen:
            return self._chosen[name]
        return self._of_header(name)

    def is_from_dicom(self, name: str) -> bool:
        """Whether a value stands as the images' header gave it."""
        return name not in self._chosen and self._of_header(name) is not None

    @property
    def values(self) -> dict[str, Value]:
        """All that is known, by name."""
        found = {one.name: self.value(one.name) for one in self._inputs}
        return {name: value for name, value in found.items() if value is not None}

    def choose(self, name: str, given: object) -> None:
        """Take a person's value; None or "unknown" where it is not known.

        Raises
        ------
        InputError
            If it is none of the input's values.
        """
        one = next((one for one in self._inputs if one.name == name), None)
        if one is None:
            raise InputError(f"no bundle asks for {name}")
        value = one.read(given)
        if value == self.value(name):
            return
        self._chosen[name] = value
        self.recorded.emit(Record(_KIND, {"name": name, "value": value}))
        self.changed.emit()

    def restore(self, records: Iterable[Record]) -> None:
        """Bring back what a journal holds; other records are passed over.

        What no bundle asks for any more is kept, in case one does later.
        """
        chosen = {r.facts["name"]: r.facts["value"] for r in records if r.kind == _KIND}
        if chosen:
            self._chosen = chosen
            self.changed.emit()

    @staticmethod
    def is_own(record: Record) -> bool:
        """Whether a journal's record is of clinical values."""
        return record.kind == _KIND

    def _of_header(self, name: str) -> Value | None:
        one = next((one for one in self._inputs if one.name == name), None)
        if one is None or one.from_dicom is None:
            return None
        try:
            return one.read(self._header.get(one.from_dicom))
        except InputError:
            # A header's value that makes no sense to the model (an age of 0) is no value.
            return None


def _merged(one: ClinicalInput, other: ClinicalInput) -> ClinicalInput:
    """One field for two bundles; each of them checks the value for itself when it is asked."""
    known = {level.value for level in one.levels}
    added: tuple[Level, ...] = tuple(level for level in other.levels if level.value not in known)
    unknown = one.unknown and other.unknown
    if one.kind != "number" or other.kind != "number":
        return replace(one, levels=(*one.levels, *added), unknown=unknown) if one.levels else one
    lows, highs = (one.low or 0.0, other.low or 0.0), (one.high or 0.0, other.high or 0.0)
    return replace(one, low=min(lows), high=max(highs), unknown=unknown)
