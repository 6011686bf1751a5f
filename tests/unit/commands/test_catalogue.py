"""Every command against a shell without a window."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from grids import make_grid, study_on

from ctprog_gui.commands.catalogue import COMMANDS, MENUS, command
from ctprog_gui.commands.command import Command, Shell
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.windows import PRESETS
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.state.session import Session
from ctprog_gui.state.viewports import Framing

every_command = pytest.mark.parametrize("one", COMMANDS, ids=lambda c: c.id)
# A window preset, or what happens where segments meet, is one of many rather than a switch.
SWITCHES = [
    c for c in COMMANDS if c.checked is not None and not c.id.startswith(("view.window.", "roi.overlap."))
]


class FakeShell:
    """Keeps a list of what it was asked for."""

    def __init__(self) -> None:
        self.session = Session()
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> object:
        # Only what the protocol promises.
        if name not in vars(Shell):
            raise AttributeError(name)
        return lambda **_: self.asked.append(name)


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell()


@pytest.fixture
def opened(shell: FakeShell) -> FakeShell:
    """With a study, and two regions in it."""
    grid = make_grid(np.eye(3), (9, 9, 9))
    shell.session.show(study_on(grid))
    for start in (1, 5):
        voxels = np.zeros(grid.shape, bool)
        voxels[start : start + 2, 3:5, 3:5] = True
        shell.session.roi.add(Mask(voxels, grid, f"region {start}"))
    return shell


def run(shell: FakeShell, identifier: str) -> Command:
    chosen = command(identifier)
    chosen.run(shell)
    return chosen


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(c.id for c in COMMANDS).items() if times > 1] == []


def test_shortcuts_are_unique() -> None:
    used = Counter(c.shortcut for c in COMMANDS if c.shortcut)
    assert [key for key, times in used.items() if times > 1] == []


def test_titles_are_unique_in_their_menu() -> None:
    used = Counter((c.menu, c.title) for c in COMMANDS)
    assert [title for title, times in used.items() if times > 1] == []


def test_every_menu_has_commands_and_every_command_a_menu() -> None:
    assert {c.menu for c in COMMANDS} == set(MENUS)


@every_command
def test_an_id_begins_with_its_menu(one: Command) -> None:
    assert one.id.startswith(f"{one.menu.lower()}.")
    assert command(one.id) is one


@every_command
def test_its_state_can_be_asked_of_an_empty_session(one: Command, shell: FakeShell) -> None:
    assert one.enabled(shell.session) in (True, False)
    if one.checked is not None:
        assert one.checked(shell.session) in (True, False)


@every_command
def test_it_runs_without_a_study(one: Command, shell: FakeShell) -> None:
    one.run(shell)


@every_command
def test_it_runs_with_a_study_and_two_regions(one: Command, opened: FakeShell) -> None:
    one.run(opened)


@pytest.mark.parametrize("one", SWITCHES, ids=lambda c: c.id)
def test_a_switch_changes_what_it_shows_and_back(one: Command, opened: FakeShell) -> None:
    assert one.checked is not None
    before = one.checked(opened.session)
    one.run(opened)
    assert one.checked(opened.session) is not before
    one.run(opened)
    assert one.checked(opened.session) is before


def test_without_a_study_only_what_makes_sense_can_be_chosen(shell: FakeShell) -> None:
    assert {c.id for c in COMMANDS if c.enabled(shell.session)} == {
        "file.open",
        "file.open-folder",
        "file.forget",
        "file.demo",
        "file.reading-session",
        "file.picture",
        "file.quit",
        "file.settings",
        "prognosis.blind",
        "prognosis.train",
        "prognosis.cancel",
        "help.palette",
        "help.keys",
        "help.tour",
        "help.about",
    }


def test_with_a_study_everything_can_be_chosen(opened: FakeShell) -> None:
    assert [c.id for c in COMMANDS if not c.enabled(opened.session)] == [
        "file.reading-done",
        "file.reading-flag",
        "view.slab.thicker",
        "view.slab.thinner",
        "view.compare.link",
        "view.planes.reset",
        "view.cine.faster",
        "view.cine.slower",
        "measure.delete",
        "measure.table",
        "measure.report",
        "roi.redo",
        "roi.accept",
        "roi.take-back",
        "roi.copy-across",
        "roi.second.drop",
        "prognosis.saliency",
        "prognosis.next",
    ]
    opened.session.roi.undo()
    assert command("roi.redo").enabled(opened.session)


def test_what_needs_a_region_waits_for_one(shell: FakeShell) -> None:
    shell.session.show(study_on(make_grid(np.eye(3))))
    waiting = {c.id for c in COMMANDS if not c.enabled(shell.session)}
    effects = {c.id for c in COMMANDS if c.menu == "Effects"}
    segments = {
        "roi.second.keep",
        "roi.second.drop",
        "roi.copy-up",
        "roi.copy-down",
        "roi.copy-across",
        "roi.status",
        "roi.move-up",
        "roi.move-down",
    }
    assert waiting == effects | segments | {"roi.accept", "roi.take-back"} | {
        "file.reading-done",
        "file.reading-flag",
        "roi.go-to",
        "roi.visible",
        "roi.delete",
        "roi.save",
        "roi.undo",
        "roi.redo",
        "prognosis.saliency",
        "prognosis.next",
        "prognosis.recentre",
        "view.slab.thicker",
        "view.slab.thinner",
        "view.compare.link",
        "view.planes.reset",
        "view.cine.faster",
        "view.cine.slower",
        "measure.delete",
        "measure.table",
        "measure.report",
    }


def test_predicting_twice_at_once_is_not_offered(opened: FakeShell) -> None:
    opened.session.prognosis.begin_run()
    assert not command("prognosis.predict").enabled(opened.session)


@pytest.mark.parametrize(("key", "name"), [(str(n), name) for n, name in enumerate(PRESETS, start=1)])
def test_the_number_keys_are_the_presets(opened: FakeShell, key: str, name: str) -> None:
    (preset,) = [c for c in COMMANDS if c.shortcut == key]
    preset.run(opened)
    assert opened.session.viewports.window == PRESETS[name]
    ticked = {c.id for c in COMMANDS if c.id.startswith("view.window.") and c.checked(opened.session)}
    assert ticked == {preset.id}
    # Width and level are in the title, in the order in which radiologists say them.
    assert f"{PRESETS[name].width_hu:.0f} / {PRESETS[name].level_hu:.0f}" in preset.title


def test_reset_brings_back_all_views_as_they_began(opened: FakeShell) -> None:
    run(opened, "view.maximise.coronal")
    opened.session.viewports.set_framing(Plane.AXIAL, Framing(3.0, (10.0, 0.0)))
    run(opened, "view.reset")
    assert opened.session.viewports.maximised is None
    assert opened.session.viewports.framing(Plane.AXIAL) == Framing()


def test_one_view_alone_gives_way_to_another(opened: FakeShell) -> None:
    run(opened, "view.maximise.axial")
    run(opened, "view.maximise.volume")
    assert opened.session.viewports.maximised == "volume"


def test_hiding_takes_all_regions_and_showing_brings_all(opened: FakeShell) -> None:
    roi = opened.session.roi
    run(opened, "roi.visible")
    assert not any(segment.visible for segment in roi.segments)
    run(opened, "roi.visible")
    assert all(segment.visible for segment in roi.segments)
    # With one hidden, the first press shows it.
    roi.set_visible(roi.segments[0].label, False)
    run(opened, "roi.visible")
    assert all(segment.visible for segment in roi.segments)


def test_go_to_the_region(opened: FakeShell) -> None:
    run(opened, "roi.go-to")
    assert opened.session.viewports.slice_of(Plane.AXIAL) in (5, 6)


@pytest.mark.parametrize(
    ("identifier", "asked"),
    [
        ("file.open", "open_file"),
        ("file.open-folder", "open_folder"),
        ("file.demo", "open_demo"),
        ("file.close", "close_study"),
        ("file.picture", "save_picture"),
        ("file.quit", "quit"),
        ("file.export", "export_page"),
        ("prognosis.present", "present"),
        ("prognosis.recentre", "predict"),
        ("roi.load", "load_roi"),
        ("roi.save", "save_roi"),
        ("prognosis.predict", "predict"),
        ("prognosis.train", "train"),
        ("prognosis.cancel", "cancel"),
        ("help.palette", "show_palette"),
        ("help.keys", "show_keys"),
        ("help.about", "show_about"),
    ],
)
def test_what_needs_the_window_is_asked_of_it(opened: FakeShell, identifier: str, asked: str) -> None:
    run(opened, identifier)
    assert opened.asked == [asked]


def test_what_asks_first_ends_in_an_ellipsis() -> None:
    asking = {
        "compare",
        "save_measures",
        "show_settings",
        "save_report",
        "open_file",
        "open_folder",
        "open_reading_session",
        "load_roi",
        "load_second_reader",
        "save_roi",
        "save_picture",
        "export_page",
        "train",
        "show_palette",
    }
    for one in COMMANDS:
        shell = FakeShell()
        one.run(shell)
        # An effect asks for its parameters in the panel, and for a yes before it changes anything.
        asks = bool(asking & set(shell.asked)) or shell.session.tools.effect is not None
        assert one.title.endswith("…") is asks, one.id


def test_a_wrong_id_is_a_bug() -> None:
    with pytest.raises(KeyError):
        command("file.vanish")


def test_an_effect_is_shown_and_changes_nothing_yet(opened: FakeShell) -> None:
    labels = opened.session.roi.labels.copy()
    run(opened, "effects.margin")
    assert opened.session.tools.effect == "margin"
    assert np.array_equal(opened.session.roi.labels, labels)


def test_switches_of_the_editing_hold_what_they_say(opened: FakeShell) -> None:
    run(opened, "roi.limit")
    assert opened.session.tools.limit.holding is not None
    for policy in Overlap:
        run(opened, f"roi.overlap.{policy.value}")
        assert opened.session.roi.overlap is policy
    run(opened, "roi.status")
    assert opened.session.roi.active.status == "in progress"
    names = [s.name for s in opened.session.roi.segments]
    run(opened, "roi.move-up")
    assert [s.name for s in opened.session.roi.segments] == names[::-1]


def test_a_slice_is_copied_to_the_next_one_up_and_down(opened: FakeShell) -> None:
    session = opened.session
    session.go_to_roi()
    here = session.viewports.slice_of(Plane.AXIAL)
    active = session.roi.active
    shape = session.roi.mask_of(active.label).voxels[here]
    while session.roi.mask_of(active.label).voxels[session.viewports.slice_of(Plane.AXIAL)].any():
        session.viewports.scroll(Plane.AXIAL, 1)
    session.viewports.scroll(Plane.AXIAL, -1)
    run(opened, "roi.copy-up")
    now = session.viewports.slice_of(Plane.AXIAL)
    assert not session.roi.mask_of(active.label).voxels[now].any()
    assert np.array_equal(session.proposal.current.changes[0].shape.sum(), shape.sum())
    # Asking for the next makes the one that is shown.
    run(opened, "roi.copy-up")
    assert np.array_equal(session.roi.mask_of(active.label).voxels[now], shape)
    assert not session.roi.mask_of(active.label).voxels[now + 1].any()
    session.reject()
    assert session.roi.history.undo_name == "Copy slice"
    session.roi.undo()
    assert not session.roi.mask_of(active.label).voxels[now].any()
