"""Two series of one patient, as two phases are: one frame of reference, slices of different thickness."""

from __future__ import annotations

from dataclasses import replace

from gui_support import make_study

from ctprog_gui.state.study import Study


def described(study: Study, description: str, frame: str = "1.2") -> Study:
    info = replace(study.info, description=description, frame_of_reference_uid=frame)
    return Study(info, study.volume)


def arterial() -> Study:
    return described(make_study(), "arterial")


def venous(frame: str = "1.2") -> Study:
    """The same patient in thinner slices."""
    return described(make_study((60, 48, 40), spacing=(2.0, 2.0, 2.0), name="later"), "venous", frame)
