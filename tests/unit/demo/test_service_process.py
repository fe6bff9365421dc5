"""The demo's serve: a real process that comes up on free ports, and leaves nothing."""

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from service.demo.doors import choose_ports
from service.demo.errors import DemoError
from service.demo.health import until_healthy
from service.demo.service_process import ServiceProcess


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def settings(folder: Path) -> dict[str, str]:
    return {
        "USER_SYNC_JOURNAL_PATH": str(folder / "journal.db"),
        "USER_SYNC_JOURNAL_MIN_FREE_BYTES": "1MiB",
        "USER_SYNC_LOG_FORMAT": "json",
        "USER_SYNC_OPENSEARCH_URL": "http://127.0.0.1:9",  # nobody's: serve doesn't wait for it
    }


def started() -> set[psutil.Process]:
    """A supervisor and its serve; this process may have nodes, too."""
    ours = psutil.Process().children(recursive=True)
    return {process for process in ours if process.cmdline()[-1:] == ["serve"]}


def alive(processes: set[psutil.Process]) -> list[psutil.Process]:
    return [
        process
        for process in processes
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]


def test_it_comes_up_and_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_SYNC_TENANT", "of-the-persons-own-service")
    with ServiceProcess(tmp_path, settings(tmp_path)) as service:
        assert service.running
        processes = started()
        assert len(alive(processes)) == 2
        (serve,) = [process for process in processes if process.cmdline()[1] == "-P"]
        assert "USER_SYNC_TENANT" not in serve.environ()
        with socket.create_connection(("127.0.0.1", service.doors.port)):
            pass
    assert not alive(processes)
    with pytest.raises(DemoError, match="user-sync serve has ended"):
        service.require()


def test_a_wanted_port_that_is_taken_is_told(tmp_path: Path, taken: int) -> None:
    for wanted in ((taken, None), (None, taken)):
        with pytest.raises(DemoError, match=rf"(?s)ended at once:.*(port|Port).* {taken}"):
            ServiceProcess(tmp_path, settings(tmp_path), wanted)
    assert not alive(started())


def test_settings_it_refuses_are_told(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"(?s)ended at once:.*USER_SYNC_INDEX"):
        ServiceProcess(tmp_path, {**settings(tmp_path), "USER_SYNC_INDEX": "Not*A*Name"})


def test_an_opensearch_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.demo.health._HEALTHY_SECONDS", 0.2)
    with (
        ServiceProcess(tmp_path, settings(tmp_path)) as service,
        pytest.raises(DemoError, match=r"(?s)isn't well after 0\.2 s; it says:.*bootstrap"),
    ):
        until_healthy(service)


def test_free_ports_are_taken_where_none_is_wanted(taken: int) -> None:
    public, private = choose_ports((taken, None))
    assert public == taken  # what is wanted is tried, whoever has it
    assert private not in (taken, 0)


def test_usual_ports_are_left_to_whoever_has_them(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.demo.doors._USUAL_PORTS", (taken, taken))
    public, private = choose_ports((None, None))
    assert taken not in (public, private)
