"""The demo's folder: never shared, gone in the end, and swept when a demo was killed."""

import os
from pathlib import Path

import pytest

from service.demo.errors import DemoError
from service.demo.folder import NODE, own_folder
from service.engine.claim import claim


def test_it_is_fresh_and_gone_in_the_end(tmp_path: Path) -> None:
    with own_folder(tmp_path / "state") as one, own_folder(tmp_path / "state") as two:
        assert one != two
        assert one.is_dir()
        assert two.is_dir()
        (one / "journal.db").write_text("x")
    assert not one.exists()
    assert not two.exists()


def test_a_killed_demos_folder_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left = tmp_path / "demo-left"
    (left / NODE).mkdir(parents=True)
    (left / "lock").touch()
    engine = tmp_path / "engine"
    engine.mkdir()
    with own_folder(tmp_path) as running, own_folder(tmp_path):
        assert not left.exists()
        assert running.is_dir()
        assert engine.is_dir()


def test_a_killed_demos_node_may_still_be_ending(tmp_path: Path) -> None:
    left = tmp_path / "demo-left"
    (left / NODE).mkdir(parents=True)
    (left / "lock").touch()
    held = claim(left / NODE / "lock")
    assert held is not None
    with own_folder(tmp_path):
        assert left.exists()
    os.close(held)
    with own_folder(tmp_path):
        assert not left.exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DemoError, match=r"can't write to .*file"), own_folder(tmp_path / "file"):
        pass
