"""Every command, in the order of the menus."""

from __future__ import annotations

from dataclasses import replace

from ctprog_gui.commands.colouring import COLOURING
from ctprog_gui.commands.command import Command, Shell, with_study
from ctprog_gui.commands.measuring import MEASURES
from ctprog_gui.commands.reader_commands import BLIND_COMMANDS, READER_COMMANDS
from ctprog_gui.commands.roi_commands import (
    EFFECT_COMMANDS,
    EFFECTS_MENU,
    SEGMENT_COMMANDS,
    TOOL_COMMANDS,
)
from ctprog_gui.commands.scrolling import SCROLLING
from ctprog_gui.commands.session_commands import SESSION_COMMANDS
from ctprog_gui.commands.viewing import CONTRAST, LAYOUT, VIEWING
from ctprog_gui.core.imaging.slab import Projection
from ctprog_gui.core.imaging.windows import PRESETS, Window
from ctprog_gui.state.language import marked
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import MEASURING, Tool

MENUS = ("File", "View", "Measure", "ROI", EFFECTS_MENU, "Prognosis", "Help")


def _preset(number: int, name: str, window: Window) -> Command:
    def run(shell: Shell) -> None:
        shell.session.at_hand.viewports.window = window

    return Command(
        id=f"view.window.{name.lower().replace(' ', '-')}",
        menu="View",
        title=f"{name} window ({window.width_hu:.0f} / {window.level_hu:.0f})",
        run=run,
        shortcut=str(number),
        enabled=with_study,
        checked=lambda session: session.at_hand.viewports.window == window,
        separator=number == 1,
        words=CONTRAST,
    )


def _maximise(view: str, shortcut: str) -> Command:
    def run(shell: Shell) -> None:
        viewports = shell.session.viewports
        viewports.maximised = None if viewports.maximised == view else view

    return Command(
        id=f"view.maximise.{view}",
        menu="View",
        title=f"Only {view}",
        run=run,
        shortcut=shortcut,
        enabled=with_study,
        checked=lambda session: session.viewports.maximised == view,
        separator=view == "axial",
        words=LAYOUT,
    )


def _reset(shell: Shell) -> None:
    shell.session.viewports.maximised = None
    shell.session.at_hand.viewports.reset_framing()


def _toggle_crosshair(shell: Shell) -> None:
    viewports = shell.session.at_hand.viewports
    viewports.crosshair_visible = not viewports.crosshair_visible


def _invert(shell: Shell) -> None:
    viewports = shell.session.at_hand.viewports
    viewports.inverted = not viewports.inverted


def _project(projection: Projection, shortcut: str = "") -> Command:
    def run(shell: Shell) -> None:
        viewports = shell.session.at_hand.viewports
        # The key that made the slab goes back to single slices.
        back = viewports.slab.projection is projection
        chosen = Projection.SLICE if back else projection
        viewports.slab = replace(viewports.slab, projection=chosen)

    titles = {
        Projection.MAXIMUM: "Slab: maximum (MIP)",
        Projection.MINIMUM: "Slab: minimum (MinIP)",
        Projection.MEAN: "Slab: mean",
    }
    return Command(
        id=f"view.slab.{projection.name.lower()}",
        menu="View",
        title=titles[projection],
        run=run,
        shortcut=shortcut,
        enabled=with_study,
        checked=lambda session: session.at_hand.viewports.slab.projection is projection,
        separator=projection is Projection.MAXIMUM,
        words=marked("thick slices projection intensity"),
    )


def _thicken(shell: Shell, factor: float) -> None:
    viewports = shell.session.at_hand.viewports
    viewports.slab = replace(viewports.slab, thickness_mm=viewports.slab.thickness_mm * factor)


def _has_slab(session: Session) -> bool:
    return session.study is not None and session.at_hand.viewports.slab.projection is not Projection.SLICE


def _toggle_roi(shell: Shell) -> None:
    roi = shell.session.at_hand.roi
    visible = not all(segment.visible for segment in roi.segments)
    for segment in roi.segments:
        roi.set_visible(segment.label, visible)


def _resize(shell: Shell, factor: float) -> None:
    tools = shell.session.tools
    tools.brush = replace(tools.brush, radius_mm=tools.brush.radius_mm * factor)


def _toggle_ball(shell: Shell) -> None:
    tools = shell.session.tools
    tools.brush = replace(tools.brush, ball=not tools.brush.ball)


def _new_segment(shell: Shell) -> None:
    roi = shell.session.at_hand.roi
    if shell.session.study is not None:
        roi.add_empty(f"Segment {len(roi.segments) + 1}")


def _delete_segment(shell: Shell) -> None:
    shell.session.at_hand.remove_active()


def _can_undo(session: Session) -> bool:
    return session.at_hand.undoing.undo_name is not None


def _can_redo(session: Session) -> bool:
    return session.at_hand.undoing.redo_name is not None


def _has_roi(session: Session) -> bool:
    return bool(session.at_hand.roi.segments)


def _toggle_saliency(shell: Shell) -> None:
    prognosis = shell.session.prognosis
    look = prognosis.saliency_look
    prognosis.saliency_look = replace(look, visible=not look.visible)


def _toggle_follow(shell: Shell) -> None:
    prognosis = shell.session.prognosis
    prognosis.follow_roi = not prognosis.follow_roi


def _cancel(shell: Shell) -> None:
    """What is being drawn goes first, then the tool in the hand; then whatever runs."""
    # Esc is the hand's before it is the reading's, as in OHIF, where it never ends a loading. The other
    # order would cost more when it was meant the other way: a tool is back with a key, a reading of
    # minutes begins anew. Who reads with a tool in the hand presses twice, or the button beside the bar.
    session = shell.session
    if session.at_hand.annotations.drop_draft():
        return
    if session.tools.tool in MEASURING or session.tools.tool is Tool.WINDOW_BOX:
        session.tools.tool = Tool.NAVIGATE
        return
    shell.cancel()


def _can_predict(session: Session) -> bool:
    return session.study is not None and not session.prognosis.running


COMMANDS: tuple[Command, ...] = (
    Command("file.open", "File", "Open file or ZIP…", lambda s: s.open_file(), "Ctrl+O"),
    Command("file.open-folder", "File", "Open folder…", lambda s: s.open_folder(), "Ctrl+Shift+O"),
    Command("file.forget", "File", "Forget recent cases and the index", lambda s: s.forget_recent()),
    Command("file.demo", "File", "Open the synthetic case", lambda s: s.open_demo(), "Ctrl+D"),
    Command("file.close", "File", "Close case", lambda s: s.close_study(), "Ctrl+W", with_study),
    *SESSION_COMMANDS,
    Command(
        "file.export", "File", "Export page…", lambda s: s.export_page(), "Ctrl+E", with_study, separator=True
    ),
    Command(
        "file.picture",
        "File",
        "Save picture of the window…",
        lambda s: s.save_picture(),
        "Ctrl+P",
    ),
    Command("file.settings", "File", "Settings…", lambda s: s.show_settings(), "Ctrl+,", separator=True),
    Command("file.quit", "File", "Quit", lambda s: s.quit(), "Ctrl+Q", separator=True),
    Command("view.reset", "View", "Reset views", _reset, "R", with_study, words=marked("zoom pan centre")),
    Command(
        "view.crosshair",
        "View",
        "Crosshair",
        _toggle_crosshair,
        "X",
        with_study,
        checked=lambda session: session.at_hand.viewports.crosshair_visible,
    ),
    *(_preset(n, name, window) for n, (name, window) in enumerate(PRESETS.items(), start=1)),
    Command(
        "view.invert",
        "View",
        "Invert greys",
        _invert,
        "I",
        with_study,
        checked=lambda session: session.at_hand.viewports.inverted,
    ),
    _project(Projection.MAXIMUM, "M"),
    _project(Projection.MINIMUM, "Shift+M"),
    _project(Projection.MEAN, "Alt+M"),
    Command("view.slab.thicker", "View", "Thicker slab", lambda s: _thicken(s, 1.5), ".", _has_slab),
    Command("view.slab.thinner", "View", "Thinner slab", lambda s: _thicken(s, 1 / 1.5), ",", _has_slab),
    *(_maximise(v, k) for v, k in (("axial", "F5"), ("coronal", "F6"), ("sagittal", "F7"), ("volume", "F8"))),
    *SCROLLING,
    *VIEWING,
    *COLOURING,
    *MEASURES,
    Command("roi.undo", "ROI", "Undo", lambda s: s.session.at_hand.undoing.undo(), "Ctrl+Z", _can_undo),
    Command("roi.redo", "ROI", "Redo", lambda s: s.session.at_hand.undoing.redo(), "Ctrl+Shift+Z", _can_redo),
    *TOOL_COMMANDS,
    Command("roi.smaller", "ROI", "Smaller brush", lambda s: _resize(s, 1 / 1.25), "[", with_study),
    Command("roi.larger", "ROI", "Larger brush", lambda s: _resize(s, 1.25), "]", with_study),
    Command(
        "roi.ball",
        "ROI",
        "Brush in 3D",
        _toggle_ball,
        "D",
        with_study,
        checked=lambda session: session.tools.brush.ball,
    ),
    Command("roi.new", "ROI", "New segment", _new_segment, "Ctrl+N", with_study, separator=True),
    *SEGMENT_COMMANDS,
    Command("roi.delete", "ROI", "Delete segment", _delete_segment, "Shift+Del", _has_roi),
    Command("roi.load", "ROI", "Load ROI…", lambda s: s.load_roi(), "Ctrl+R", with_study),
    Command("roi.save", "ROI", "Save ROI…", lambda s: s.save_roi(), "Ctrl+S", _has_roi),
    Command("roi.go-to", "ROI", "Go to ROI", lambda s: s.session.at_hand.go_to_roi(), "G", _has_roi),
    Command(
        "roi.visible",
        "ROI",
        "Show ROI",
        _toggle_roi,
        "T",
        _has_roi,
        checked=lambda session: all(s.visible for s in session.at_hand.roi.segments),
    ),
    *READER_COMMANDS,
    *EFFECT_COMMANDS,
    Command("prognosis.predict", "Prognosis", "Predict", lambda s: s.predict(), "P", _can_predict),
    Command(
        "prognosis.recentre",
        "Prognosis",
        "Predict with the crop centred anew",
        lambda s: s.predict(recentre=True),
        "Shift+P",
        lambda session: _can_predict(session) and bool(session.roi.segments),
    ),
    Command(
        "prognosis.follow",
        "Prognosis",
        "Renew scores while drawing",
        _toggle_follow,
        "L",
        with_study,
        checked=lambda session: session.prognosis.follow_roi,
    ),
    Command(
        "prognosis.saliency",
        "Prognosis",
        "Show what the score rests on",
        _toggle_saliency,
        "S",
        lambda session: session.prognosis.saliency is not None,
        checked=lambda session: session.prognosis.saliency_look.visible,
    ),
    Command(
        "prognosis.next",
        "Prognosis",
        "Next bundle",
        lambda s: s.session.prognosis.select_next(),
        "Ctrl+B",
        lambda session: len(session.prognosis.predictions) > 1,
    ),
    *BLIND_COMMANDS,
    Command("prognosis.present", "Prognosis", "Present", lambda s: s.present(), "F11", with_study),
    Command("prognosis.train", "Prognosis", "Train…", lambda s: s.train(), "Ctrl+T", separator=True),
    Command("prognosis.cancel", "Prognosis", "Cancel what runs", _cancel, "Esc"),
    Command("help.palette", "Help", "Find a command…", lambda s: s.show_palette(), "Ctrl+K"),
    Command("help.keys", "Help", "Keys and mouse", lambda s: s.show_keys(), "?"),
    Command("help.tour", "Help", "Tour", lambda s: s.show_tour()),
    Command("help.about", "Help", "About CTProg", lambda s: s.show_about()),
)


def command(identifier: str) -> Command:
    """The command of an id; a wrong id is a bug and raises KeyError."""
    return {c.id: c for c in COMMANDS}[identifier]
