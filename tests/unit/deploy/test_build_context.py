"""Docker is handed what the image is made of, all of it, and nothing that is private."""

import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.unit.deploy.dockerfile import instructions
from tests.unit.deploy.paths import DOCKERIGNORE, ROOT

COPIED = sorted(
    source
    for words in instructions()
    if words[0] == "COPY" and not words[1].startswith("--from")
    for source in words[1:-1]
)


def is_handed_over(path: str) -> bool:
    """Whether .dockerignore lets a path (or the folder it is in) into the build context.

    The last pattern that matches decides; a pattern matches what lies below it too.
    """
    handed_over = True
    for line in DOCKERIGNORE.read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if pattern and not pattern.startswith("#") and _matches(pattern, path):
            handed_over = line.startswith("!")
    return handed_over


def _matches(pattern: str, path: str) -> bool:
    pattern = re.sub(r"^\*\*/", "", anywhere := pattern)
    parts = path.split("/")
    starts = range(len(parts)) if anywhere != pattern else [0]
    return any(
        fnmatchcase("/".join(parts[start:end]), pattern)
        for start in starts
        for end in range(start + 1, len(parts) + 1)
        if "/".join(parts[start:end]).count("/") == pattern.count("/")
    )


@pytest.mark.parametrize("source", COPIED)
def test_what_the_image_copies_exists_and_is_handed_over(source: str) -> None:
    assert (ROOT / source).exists()
    assert is_handed_over(source)


def test_the_wheel_needs_no_more_than_is_copied(tmp_path: Path) -> None:
    for source in COPIED:
        target = tmp_path / source
        target.parent.mkdir(exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, target)

    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "dist"]
    subprocess.run(build, cwd=tmp_path, capture_output=True, check=True)

    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "service/commands/serve.py" in names
    for template in (ROOT / "index_templates").glob("*.json"):
        assert f"service/index/templates/{template.name}" in names


@pytest.mark.parametrize("path", ["service/serve.py", "service/journal/schema/1.sql"])
def test_code_and_its_data_are_handed_over(path: str) -> None:
    assert is_handed_over(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".user-sync/demo/journal.db",
        ".venv/bin/python",
        "tests/unit/__init__.py",
        "docker-compose.yml",
        "service/__pycache__/serve.cpython-311.pyc",
        "service/journal/__pycache__/journal.cpython-311.pyc",
    ],
)
def test_the_private_and_the_superfluous_stay_outside(path: str) -> None:
    assert not is_handed_over(path)
