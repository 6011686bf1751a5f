"""Settings: declared once, checked, kept, and told in the manual."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.session import Session
from ctprog_gui.state.settings import SETTINGS, Setting, Settings, manual
from ctprog_gui.state.viewports import Layout

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = {"file.open": "Ctrl+O", "view.reset": "R", "file.quit": ""}
every_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)


@every_setting
def test_a_default_is_allowed_and_told(setting: Setting) -> None:
    assert setting.checked(setting.default) == setting.default
    assert setting.help.endswith(".")
    assert f"`{setting.key}`" in manual()


def test_the_manual_is_that_of_the_declarations() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").endswith("\n\n" + manual())


@every_setting
@given(
    value=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))
)
def test_whatever_a_file_holds_is_taken_or_refused(setting: Setting, value: object) -> None:
    settings = Settings()
    refused = settings.restore({"ctprog_settings": 1, "values": {setting.key: value}}, COMMANDS)
    taken = settings[setting.key]
    assert type(taken) is type(setting.default)
    assert bool(refused) is (taken != value)
    if setting.bounds:
        assert setting.bounds[0] <= taken <= setting.bounds[1]
    if setting.choices:
        assert taken in setting.choices


def test_what_is_set_comes_back_and_defaults_are_not_written() -> None:
    settings = Settings()
    heard: list[str] = []
    settings.changed.connect(heard.append)
    settings.set("appearance.font_px", 16)
    settings.set("viewer.film_fps", 12.0)
    settings.set_key("view.reset", "Ctrl+R", COMMANDS)
    assert heard == ["appearance.font_px"]
    told = json.loads(json.dumps(settings.to_json()))
    assert told["values"] == {"appearance.font_px": 16}
    again = Settings()
    assert again.restore(told, COMMANDS) == []
    assert again["appearance.font_px"] == 16
    assert again.key_of("view.reset", "R") == "Ctrl+R"
    again.reset()
    assert again.to_json() == Settings().to_json()


def test_a_key_belongs_to_one_command() -> None:
    settings = Settings()
    with pytest.raises(InputError, match=r"file\.open"):
        settings.set_key("view.reset", "Ctrl+O", COMMANDS)
    settings.set_key("file.open", "", COMMANDS)
    settings.set_key("view.reset", "Ctrl+O", COMMANDS)
    assert settings.keys == {"file.open": "", "view.reset": "Ctrl+O"}
    # Back to the shipped key is no difference worth a line.
    settings.set_key("view.reset", "R", COMMANDS)
    assert settings.keys == {"file.open": ""}


@pytest.mark.parametrize("told", [None, [], {}, {"ctprog_settings": "1"}, {"ctprog_settings": 99}])
def test_another_file_or_a_later_version_is_refused_whole(told: object) -> None:
    with pytest.raises(InputError):
        Settings().restore(told, COMMANDS)


def test_a_session_begins_as_set_and_follows() -> None:
    settings = Settings()
    settings.set("viewer.layout", "four equal")
    settings.set("viewer.slab_mm", 25.0)
    session = Session(settings)
    assert session.viewports.layout is Layout.FOUR
    assert session.viewports.slab.thickness_mm == 25
    settings.set("viewer.corners", False)
    settings.set("viewer.film_fps", 30.0)
    assert (session.viewports.annotated, session.viewports.cine_fps) == (False, 30)
