"""`make install` finds a fitting Python, or says what to install."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.deploy.paths import ROOT


def fake(folder: Path, name: str, version: tuple[int, int], *, venv: bool = True) -> None:
    """A Python that is what it's told to be, as far as the script asks."""
    path = folder / name
    path.write_text(
        "#!/bin/sh\n"
        'case "$2" in\n'
        f"  *print*) echo {version[0]}.{version[1]} ;;\n"
        f"  *exit*) exit {int(version < (3, 11))} ;;\n"
        f"  *ensurepip*) exit {int(not venv)} ;;\n"
        "esac\n"
    )
    path.chmod(0o755)


def find(folder: Path, python: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", ROOT / "requirements/find-python.sh"],
        env={"PATH": str(folder), "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_that_is_whole_is_taken(tmp_path: Path) -> None:
    fake(tmp_path, "python3.14", (3, 14), venv=False)
    fake(tmp_path, "python3.12", (3, 12))
    fake(tmp_path, "python3", (3, 11))
    assert find(tmp_path).stdout == "python3.12\n"


def test_one_that_is_named_is_taken(tmp_path: Path) -> None:
    fake(tmp_path, "python3.14", (3, 14))
    assert find(tmp_path, sys.executable).stdout == f"{sys.executable}\n"


def test_one_that_is_too_old_is_named_with_its_version(tmp_path: Path) -> None:
    fake(tmp_path, "python3", (3, 9))
    found = find(tmp_path)
    assert found.returncode == 1
    assert "Python 3.11 or later is needed. python3 is 3.9." in found.stderr
    assert "apt-get install" in found.stderr


def test_one_without_venv_names_the_package(tmp_path: Path) -> None:
    fake(tmp_path, "python3", (3, 12), venv=False)
    found = find(tmp_path)
    assert found.returncode == 1
    assert "apt-get install python3.12-venv" in found.stderr


@pytest.mark.parametrize("python", ["", "/nowhere/python3"])
def test_none_at_all(tmp_path: Path, python: str) -> None:
    found = find(tmp_path, python)
    assert found.returncode == 1
    assert "None was found" in found.stderr
    assert not found.stdout
