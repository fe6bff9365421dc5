"""An install: only pinned bytes, nothing twice, and it goes on where it stopped."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.engine import EngineError
from service.engine import download as download_module
from service.engine.install import install, installed
from tests.unit.engine.conftest import Repository


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "_FIRST_WAIT_SECONDS", 0.0)


def run(repository: Repository, folder: Path) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    install(
        lambda done, total: seen.append((done, total)),
        folder=folder,
        jars=repository.jars,
        repositories=[repository.address],
    )
    return seen


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


ALL = {"one-1.jar", "two-1.jar", "three-1.jar", "complete", "lock"}


def test_every_jar_is_there_under_its_name_and_nothing_else(
    repository: Repository, tmp_path: Path
) -> None:
    progress = run(repository, tmp_path)
    assert names(tmp_path) == ALL
    assert (tmp_path / "two-1.jar").read_bytes() == repository.contents["two"]
    total = sum(map(len, repository.contents.values()))
    assert progress[0] == (0, total)
    assert progress[-1] == (total, total)
    assert installed(tmp_path, repository.jars)


def test_the_second_install_asks_for_nothing(repository: Repository, tmp_path: Path) -> None:
    run(repository, tmp_path)
    asked = repository.asked.total()
    assert run(repository, tmp_path) == []
    assert repository.asked.total() == asked


def test_a_jar_with_other_bytes_is_refused_by_name_and_not_kept(
    repository: Repository, tmp_path: Path
) -> None:
    size = len(repository.contents["two"])
    repository.answers["two"] = [(200, b"x" * size)]
    with pytest.raises(EngineError, match=r"org\.example:two:1 was refused: its SHA-256"):
        run(repository, tmp_path)
    assert not {name for name in names(tmp_path) if "two" in name}
    assert not installed(tmp_path, repository.jars)
    assert repository.asked["two"] == 1, "another file is no reason to ask again"


def test_a_larger_file_is_refused(repository: Repository, tmp_path: Path) -> None:
    jars = repository.jars
    repository.contents["two"] += b"and more"
    with pytest.raises(EngineError, match="refused"):
        install(folder=tmp_path, jars=jars, repositories=[repository.address])


def test_an_interrupted_install_goes_on_with_what_is_missing(
    repository: Repository, tmp_path: Path
) -> None:
    repository.answers["two"] = [(404, b"")]
    with pytest.raises(EngineError, match=r"org\.example:two:1 is in none of"):
        run(repository, tmp_path)
    kept = names(tmp_path) - {"lock"}
    progress = run(repository, tmp_path)
    assert progress[0][0] == sum((tmp_path / name).stat().st_size for name in kept)
    assert names(tmp_path) == ALL
    assert {repository.asked[name] for name in ("one", "three") if f"{name}-1.jar" in kept} <= {1}


def test_what_a_killed_install_left_of_a_jar_is_never_taken_for_it(
    repository: Repository, tmp_path: Path
) -> None:
    content = repository.contents["two"]
    (tmp_path / "two-1.jar").write_bytes(content[:-1])
    (tmp_path / "one-1.jar").write_bytes(b"x" * len(repository.contents["one"]))
    (tmp_path / ".three-1.jar.part").write_bytes(b"longer than all of it" * 100_000)
    (tmp_path / "complete").write_text("digest of another list")
    assert not installed(tmp_path, repository.jars)
    run(repository, tmp_path)
    assert names(tmp_path) == ALL
    assert (tmp_path / "two-1.jar").read_bytes() == content
    assert (tmp_path / "one-1.jar").read_bytes() == repository.contents["one"]


def test_a_jar_that_went_away_is_fetched_again(repository: Repository, tmp_path: Path) -> None:
    run(repository, tmp_path)
    (tmp_path / "three-1.jar").unlink()
    assert not installed(tmp_path, repository.jars)
    run(repository, tmp_path)
    assert repository.asked == {"one": 1, "two": 1, "three": 2}


def test_two_installs_at_once_download_everything_once(
    repository: Repository, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: run(repository, tmp_path), range(2)))
    assert names(tmp_path) == ALL
    assert repository.asked == {"one": 1, "two": 1, "three": 1}


@pytest.mark.parametrize(
    "answer", [(503, b"busy"), (500, b""), (200, b"cut off")], ids=["503", "500", "cut off"]
)
def test_a_passing_failure_is_tried_again(
    repository: Repository, tmp_path: Path, answer: tuple[int, bytes]
) -> None:
    repository.answers["two"] = [answer, answer]
    progress = run(repository, tmp_path)
    assert names(tmp_path) == ALL
    assert progress[-1][0] == progress[-1][1], "what a lost attempt had counted is taken back"


def test_a_lasting_failure_says_what_to_do(repository: Repository, tmp_path: Path) -> None:
    repository.answers["two"] = [(503, b"busy")] * 9
    with pytest.raises(EngineError, match=r"two:1 could not be downloaded after 5 attempts.*again"):
        run(repository, tmp_path)


def test_the_repositories_are_asked_in_their_order(repository: Repository, tmp_path: Path) -> None:
    install(
        folder=tmp_path,
        jars=repository.jars,
        repositories=[repository.address + "/empty", repository.address],
    )
    assert names(tmp_path) == ALL


def test_a_folder_that_cannot_be_written_is_named(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "two-1.jar").mkdir()
    with pytest.raises(EngineError, match="cannot write the engine's jars to"):
        run(repository, tmp_path)


def test_a_folder_that_cannot_be_made_is_named(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="cannot write the engine's jars to"):
        run(repository, tmp_path / "file" / "engine")
