"""The commands that edit the ROI beyond brush and eraser: tools, effects, copies, order."""

from __future__ import annotations

from dataclasses import replace

from ctprog_gui.commands.command import Command, Shell, with_study
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.state.effects import EFFECTS, EffectKind
from ctprog_gui.state.segment import STATUSES
from ctprog_gui.state.session import Session
from ctprog_gui.state.slice_copy import copy_slice
from ctprog_gui.state.stroke import Tool
from ctprog_gui.state.viewports import Layout

EFFECTS_MENU = "Effects"
# Letters that their names begin with, as far as they go.
_EFFECT_KEYS = {
    "fill-between": "Alt+B",
    "margin": "Alt+G",
    "keep-largest": "Alt+K",
    "remove-small": "Alt+I",
    "median": "Alt+S",
    "opening": "Alt+O",
    "closing": "Alt+C",
    "joint": "Alt+J",
    "holes": "Alt+H",
    "add": "Alt+A",
    "subtract": "Alt+D",
    "intersect": "Alt+X",
    "seeds": "Alt+E",
    "hollow": "Alt+W",
}


def tool_command(tool: Tool, title: str, shortcut: str) -> Command:
    """The command that takes a tool into the hand; given again, it puts the tool down."""

    def run(shell: Shell) -> None:
        tools = shell.session.tools
        tools.tool = Tool.NAVIGATE if tools.tool is tool else tool

    return Command(
        id=f"roi.tool.{tool.value}",
        menu="ROI",
        title=title,
        run=run,
        shortcut=shortcut,
        enabled=with_study,
        checked=None if tool is Tool.NAVIGATE else lambda session: session.tools.tool is tool,
        separator=tool is Tool.NAVIGATE,
    )


def has_voxels(session: Session) -> bool:
    """Whether the active segment has, or may have, a voxel."""
    roi = session.at_hand.roi
    return roi.active is not None and roi.extent(roi.active.label) is not None


def _effect(kind: EffectKind) -> Command:
    def run(shell: Shell) -> None:
        # Twice the same effect shows it anew.
        shell.session.tools.effect = None
        shell.session.tools.effect = kind.id

    return Command(
        id=f"effects.{kind.id}",
        menu=EFFECTS_MENU,
        title=f"{kind.title}…",
        run=run,
        shortcut=_EFFECT_KEYS.get(kind.id, ""),
        enabled=lambda session: session.at_hand.roi.active is not None,
        separator=kind.id in ("keep-largest", "median", "holes", "add", "hollow"),
    )


def _toggle_limit(shell: Shell) -> None:
    tools = shell.session.tools
    tools.limit = replace(tools.limit, on=not tools.limit.on)


def _overlap_command(overlap: Overlap, title: str) -> Command:
    def run(shell: Shell) -> None:
        shell.session.at_hand.roi.overlap = overlap

    return Command(
        id=f"roi.overlap.{overlap.value}",
        menu="ROI",
        title=title,
        run=run,
        enabled=with_study,
        checked=lambda session: session.at_hand.roi.overlap is overlap,
    )


def _move(shell: Shell, places: int) -> None:
    roi = shell.session.at_hand.roi
    active = roi.active
    if active is not None:
        roi.move(active.label, places)


def _copy(shell: Shell, steps: int) -> None:
    copy_slice(shell.session.at_hand, steps)


def _next_status(shell: Shell) -> None:
    roi = shell.session.at_hand.roi
    active = roi.active
    if active is not None:
        following = STATUSES[(STATUSES.index(active.status) + 1) % len(STATUSES)]
        roi.set_status(active.label, following)


def _has_several(session: Session) -> bool:
    return len(session.at_hand.roi.segments) > 1


TOOL_COMMANDS = (
    tool_command(Tool.NAVIGATE, "Navigate", "N"),
    tool_command(Tool.BRUSH, "Brush", "B"),
    tool_command(Tool.ERASER, "Eraser", "E"),
    tool_command(Tool.ADAPTIVE, "Adaptive brush (stays on its side of an edge)", "A"),
    tool_command(Tool.FREEHAND, "Lasso (freehand outline)", "F"),
    tool_command(Tool.POLYGON, "Polygon", "O"),
    tool_command(Tool.LIVEWIRE, "Livewire (an outline that clings to edges)", "J"),
    tool_command(Tool.SCISSORS, "Scissors (cut in this slice or through the volume)", "K"),
    tool_command(Tool.LEVEL, "Level tracing (what a line of equal density encloses)", "Y"),
    tool_command(Tool.GROW, "Grow a region from a click", "Q"),
    tool_command(Tool.NODULE, "Propose a nodule from a click", "U"),
    Command(
        "roi.limit",
        "ROI",
        "Change only voxels in the range of HU",
        _toggle_limit,
        "Shift+U",
        with_study,
        checked=lambda session: session.tools.limit.on,
    ),
    Command(
        "roi.accept",
        "ROI",
        "Apply the outline or proposal",
        lambda s: s.session.at_hand.accept(),
        "Return",
        lambda session: session.at_hand.pending,
    ),
    Command(
        "roi.take-back",
        "ROI",
        "Take back the outline's last corner",
        lambda s: s.session.at_hand.sketch.take_back(),
        "Backspace",
        lambda session: session.at_hand.sketch.plane is not None,
    ),
)

SEGMENT_COMMANDS = (
    Command(
        "roi.copy-up",
        "ROI",
        "Copy the slice upwards",
        lambda s: _copy(s, 1),
        "Ctrl+Up",
        has_voxels,
    ),
    Command(
        "roi.copy-down",
        "ROI",
        "Copy the slice downwards",
        lambda s: _copy(s, -1),
        "Ctrl+Down",
        has_voxels,
    ),
    Command(
        "roi.copy-across",
        "ROI",
        "Copy the segment to the other series",
        lambda s: s.copy_across(),
        "Ctrl+Shift+V",
        lambda session: session.viewports.layout is Layout.COMPARE and has_voxels(session),
    ),
    _overlap_command(Overlap.OVERWRITE, "Where segments meet: overwrite"),
    _overlap_command(Overlap.NEVER, "Where segments meet: keep the others"),
    _overlap_command(Overlap.ALLOW, "Where segments meet: overlap"),
    Command("roi.status", "ROI", "Next status of the segment", _next_status, "Alt+T", has_voxels),
    Command("roi.move-up", "ROI", "Move the segment up", lambda s: _move(s, -1), "Alt+Up", _has_several),
    Command("roi.move-down", "ROI", "Move the segment down", lambda s: _move(s, 1), "Alt+Down", _has_several),
)

EFFECT_COMMANDS = (
    *(_effect(kind) for kind in EFFECTS),
    Command(
        "effects.split",
        EFFECTS_MENU,
        "Split islands into segments",
        lambda s: s.split_islands(),
        "Alt+P",
        has_voxels,
    ),
)
