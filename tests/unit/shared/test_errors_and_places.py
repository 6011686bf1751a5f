"""Messages of one line; folders that can be moved."""

from __future__ import annotations

from ctprog_gui.core.shared.errors import Cancelled, CtprogError, GeometryError, InputError
from ctprog_gui.core.shared.places import bundle_folders, resources, user_cache, user_data


def test_a_message_is_one_line_whatever_was_put_in():
    assert str(InputError("cannot read a.nii:\n  itk::ERROR\t something ")) == (
        "cannot read a.nii: itk::ERROR something"
    )


def test_every_error_that_a_person_can_cause_is_one_of_ours():
    assert all(issubclass(kind, CtprogError) for kind in (InputError, GeometryError, Cancelled))


def test_the_persons_folders_can_be_moved(monkeypatch, tmp_path):
    monkeypatch.setenv("CTPROG_HOME", str(tmp_path))
    assert user_data() == tmp_path / "data"
    assert user_cache() == tmp_path / "cache"
    assert bundle_folders() == [resources() / "bundles", tmp_path / "data" / "bundles"]
