"""Two nodes never get the same port or folder, and a claim needs no cleaning up."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service.engine.claim import PORTS, claim, claim_free_ports, claim_port, is_free


@pytest.fixture
def held() -> Iterator[Callable[[int | None], int]]:
    """Notes a claim's descriptor, to be closed after the test."""
    descriptors: list[int] = []

    def note(descriptor: int | None) -> int:
        assert descriptor is not None
        descriptors.append(descriptor)
        return descriptor

    yield note
    for descriptor in descriptors:
        os.close(descriptor)


@pytest.fixture(autouse=True)
def own_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))


def test_a_claim_is_exclusive_until_it_is_closed(
    tmp_path: Path, held: Callable[[int | None], int]
) -> None:
    first = claim(tmp_path / "lock")
    assert first is not None
    assert claim(tmp_path / "lock") is None
    os.close(first)
    held(claim(tmp_path / "lock"))


def test_a_claim_lives_on_in_a_process_that_inherited_it(
    tmp_path: Path, held: Callable[[int | None], int]
) -> None:
    first = claim(tmp_path / "lock")
    assert first is not None
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[first]
    ) as child:
        os.close(first)
        assert claim(tmp_path / "lock") is None
        child.communicate(b"\n")
    held(claim(tmp_path / "lock"))


def test_each_claimant_gets_a_free_port_of_its_own(held: Callable[[int | None], int]) -> None:
    ports = set()
    for _ in range(3):
        port, descriptor = next(claim_free_ports())
        held(descriptor)
        ports.add(port)
        assert port in PORTS
        assert is_free(port)
    assert len(ports) == 3


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
def test_a_port_that_any_program_listens_on_is_not_claimed(
    address: str, held: Callable[[int | None], int]
) -> None:
    port, descriptor = next(claim_free_ports())
    os.close(descriptor)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.socket(family)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as error:
            pytest.skip(f"{address} is not to be had here: {error}")
        listener.listen()
        assert claim_port(port) is None
    held(claim_port(port))
