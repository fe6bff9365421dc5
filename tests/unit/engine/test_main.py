"""The command behind the Makefile's targets."""

from pathlib import Path

import pytest

from service.engine.__main__ import main


@pytest.mark.parametrize("arguments", [[], ["run"], ["run", "--help"], ["stop"]])
def test_what_is_no_command_is_told_what_is_one(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert "install | class-data | lock | run FOLDER" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
