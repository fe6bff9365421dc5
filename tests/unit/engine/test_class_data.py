"""Class data is used when it fits, and nothing depends on it."""

import subprocess
from pathlib import Path

import pytest

from service.engine.class_data import ClassData
from service.engine.command import java_program
from service.engine.jars import Jar, JarList

JARS = JarList((Jar("org.example", "one", "1", "", "0" * 64, 1),))


def runtime(folder: Path, release: str) -> Path:
    """Where the `java` of a runtime would be."""
    folder.mkdir()
    (folder / "release").write_text(release)
    return folder / "bin" / "java"


def test_other_jars_another_runtime_or_another_folder_have_archives_of_their_own(
    tmp_path: Path,
) -> None:
    java, newer = runtime(tmp_path / "a", "25.0.2"), runtime(tmp_path / "b", "25.0.3")
    names = {
        class_data.classes.name
        for class_data in (
            ClassData.of(tmp_path, JARS, java),
            ClassData.of(tmp_path, JARS, newer),
            ClassData.of(tmp_path, JarList(()), java),
            ClassData.of(tmp_path / "elsewhere", JARS, java),
        )
    }
    assert len(names) == 4
    assert ClassData.of(tmp_path, JARS, java) == ClassData.of(tmp_path, JARS, java)


@pytest.mark.parametrize("there", [(), ("base",), ("classes",)])
def test_until_both_are_made_the_runtime_is_told_of_none(
    tmp_path: Path, there: tuple[str, ...]
) -> None:
    class_data = ClassData(tmp_path / "base", tmp_path / "classes")
    for name in there:
        (tmp_path / name).touch()
    assert not class_data.options()


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000])
def test_what_does_not_fit_keeps_nothing_from_running(tmp_path: Path, content: bytes) -> None:
    class_data = ClassData(tmp_path / "base", tmp_path / "classes")
    class_data.base.write_bytes(content)
    class_data.classes.write_bytes(content)
    assert class_data.options()
    command = [str(java_program()), *class_data.options(), "-version"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
