"""Commands about measures on slices."""

from __future__ import annotations

from ctprog_gui.commands.command import Command, Shell, with_study
from ctprog_gui.core.annotations.annotation import Kind
from ctprog_gui.state.annotations import TITLES
from ctprog_gui.state.language import marked
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Tool

_KEYS = {
    Kind.LENGTH: "Shift+L",
    Kind.BIDIRECTIONAL: "Shift+B",
    Kind.ANGLE: "Shift+A",
    Kind.ELLIPSE: "Shift+E",
    Kind.RECTANGLE: "Shift+Q",
    Kind.POLYLINE: "Shift+Y",
    Kind.PROBE: "Shift+H",
}

_WORDS = {
    Kind.LENGTH: marked("ruler distance caliper line"),
    Kind.BIDIRECTIONAL: marked("long short axis caliper"),
    Kind.ELLIPSE: marked("circle region ROI mean HU"),
    Kind.RECTANGLE: marked("box region ROI mean HU"),
    Kind.PROBE: marked("density point value"),
}


def _take(kind: Kind) -> Command:
    tool = Tool(kind.value)

    def run(shell: Shell) -> None:
        tools = shell.session.tools
        # The key that took a tool into the hand puts it down again.
        tools.tool = Tool.NAVIGATE if tools.tool is tool else tool

    return Command(
        id=f"measure.{kind.value}",
        menu="Measure",
        title=TITLES[kind],
        run=run,
        shortcut=_KEYS[kind],
        enabled=with_study,
        checked=lambda session: session.tools.tool is tool,
        words=_WORDS.get(kind, ""),
    )


def _delete(shell: Shell) -> None:
    annotations = shell.session.at_hand.annotations
    chosen = annotations.selected
    if chosen is not None:
        annotations.remove(chosen.uid)


def _has_chosen(session: Session) -> bool:
    return session.at_hand.annotations.selected is not None


def _has_any(session: Session) -> bool:
    return bool(session.at_hand.annotations.items)


MEASURES: tuple[Command, ...] = (
    *(_take(kind) for kind in _KEYS),
    Command(
        "measure.delete", "Measure", "Delete the chosen measure", _delete, "Del", _has_chosen, separator=True
    ),
    Command(
        "measure.table", "Measure", "Save measures as a table…", lambda s: s.save_measures(), "", _has_any
    ),
    Command(
        "measure.report", "Measure", "Save measures as DICOM SR…", lambda s: s.save_report(), "", _has_any
    ),
)
