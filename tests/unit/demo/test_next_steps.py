"""What to try next: the commands work when they are pasted into a shell."""

import json
import subprocess
from pathlib import Path

import pytest

from service.clock import clock_us
from service.demo.cluster import Cluster
from service.demo.doors import Doors
from service.demo.next_steps import Demo, addresses, console_link, suggestions
from service.events.event import parse_event
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions

# Stands in for curl: what it would be given, a line each.
_TELLS_ARGUMENTS = 'curl() { printf "%s\\0" "$@"; }\n'


def demo(tmp_path: Path, options: OpenSearchOptions | None = None) -> Demo:
    options = options or OpenSearchOptions("http://127.0.0.1:9201")
    return Demo(Doors(8080, 8081), Cluster(options, IndexNames("auth0-users"), {}), tmp_path)


def arguments(commands: str) -> list[str]:
    """What curl gets when a shell runs the commands."""
    shell = subprocess.run(
        ["sh", "-c", _TELLS_ARGUMENTS + commands], capture_output=True, check=True
    )
    return shell.stdout.decode().split("\0")[:-1]


def test_the_posted_event_is_one_the_service_takes(tmp_path: Path) -> None:
    shown = demo(tmp_path)
    given = arguments(suggestions(shown)[0].commands)
    assert given[1] == "http://127.0.0.1:8080/webhook"
    assert f"Authorization: Bearer {shown.doors.token}" in given
    body = given[-1].encode()
    event = parse_event(body, now_us=clock_us(), future_tolerance_us=0)
    assert json.loads(body)["a0tenant"] == "acme"
    assert event.profile["name"] == "Grace Hopper"


def test_the_search_names_what_the_cluster_asks_for(tmp_path: Path) -> None:
    find = suggestions(demo(tmp_path))[2].commands
    address = "http://127.0.0.1:9201/auth0-users/_search?q=hopper&pretty"
    assert arguments(find) == ["-s", address]

    options = OpenSearchOptions("https://os:9200", "it's me", "secret", Path("/etc/ca one.pem"))
    find = suggestions(demo(tmp_path, options))[2].commands
    assert arguments(find)[:5] == ["-s", "--cacert", "/etc/ca one.pem", "-u", "it's me"]
    assert "secret" not in find


def test_the_searches_bring_the_search_token(tmp_path: Path) -> None:
    shown = demo(tmp_path)
    given = arguments(suggestions(shown)[1].commands)
    assert given.count("http://127.0.0.1:8081/api/v1/users") == 3
    assert given.count(f"Authorization: Bearer {shown.doors.search_token}") == 3
    assert "q=ann+sm" in given


def test_the_console_gets_its_tokens_in_the_fragment(tmp_path: Path) -> None:
    shown = demo(tmp_path)
    link = console_link(shown)
    assert link.startswith("http://127.0.0.1:8081/#token=")
    assert link.endswith(f"&admin={shown.doors.admin_token}")


def test_no_line_is_too_long_for_a_terminal(tmp_path: Path) -> None:
    post = suggestions(demo(tmp_path))[0].commands
    assert max(map(len, post.splitlines())) <= 60


def test_the_operators_settings_are_named_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    operate = suggestions(demo(tmp_path / "state" / "demo-1"))[3].commands
    assert operate.splitlines()[0] == ". state/demo-1/env"


def test_credentials_are_fresh_and_not_in_a_repr(tmp_path: Path) -> None:
    one, two = Doors(8080, 8081), Doors(8080, 8081)
    tokens = {one.token, one.search_token, one.admin_token, two.token}
    assert len(tokens) == 4
    assert not any(token in repr(one) for token in tokens)
    assert dict(addresses(demo(tmp_path)))["health"] == "http://127.0.0.1:8081/healthz"
