"""A real node: it comes up, survives what it must, and leaves nothing behind."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from service.engine import EngineError, Node
from service.engine.claim import claim_free_ports, is_free
from service.engine.dump import dump
from tests.waiting import until_other_thread

ROOT = Path(__file__).parents[2]


def call(node: Node, method: str, path: str, body: Any = None) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    try:
        connection.request(
            method,
            path,
            None if body is None else json.dumps(body),
            {"Content-Type": "application/json"},
        )
        answer = connection.getresponse()
        content = json.loads(answer.read())
        assert answer.status < 300, content
        return content
    finally:
        connection.close()


def processes_of(node: Node) -> set[int]:
    """Processes that have the node's folder on their command line."""
    return {
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if any(str(node.data_dir) in argument for argument in process.info["cmdline"] or ())
        and process.info["status"] != psutil.STATUS_ZOMBIE
    }


def test_it_keeps_port_and_data_through_stop_and_kill_and_leaves_no_process(
    own_engine: Callable[..., Node],
) -> None:
    dump(begin=lambda: None)
    node = own_engine(settings={"path.repo": ["/nowhere"]}, jvm_options=["-Xlog:cds=info"])
    url = node.url
    assert "Mapped dynamic region" in node.log_file.read_text(), "it reads no class anew"
    nodes = call(node, "GET", "/_nodes/settings,process")["nodes"]
    (about,) = nodes.values()
    assert about["settings"]["path"]["repo"] == ["/nowhere"], "settings are passed through"
    assert about["host"] == "127.0.0.1"
    assert about["version"] == "3.8.0"
    call(node, "PUT", "/kept/_doc/1?refresh=true", {"name": "ada"})
    assert len(processes_of(node)) == 2, "the node and its supervisor"

    for end in (node.stop, node.kill):
        end()
        assert not node.running
        assert not processes_of(node)
        assert is_free(node.port)
        assert node.boot().url == url
        assert call(node, "GET", "/kept/_doc/1")["_source"] == {"name": "ada"}

    node.close()
    assert not processes_of(node)


def test_two_nodes_at_once_do_not_collide(tmp_path: Path) -> None:
    nodes = [Node(tmp_path / name) for name in ("one", "two")]
    errors: list[BaseException] = []

    def boot(node: Node) -> None:
        try:
            node.boot()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=boot, args=(node,)) for node in nodes]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors
        assert len({node.url for node in nodes}) == 2
        for node in nodes:
            health = call(node, "GET", "/_cluster/health")
            assert health["cluster_name"] == node.cluster_name
            assert health["number_of_nodes"] == 1, "they never join each other"
        with pytest.raises(EngineError, match="another node is running on"):
            Node.start(nodes[0].data_dir)
    finally:
        for node in nodes:
            node.close()


def test_a_node_that_does_not_come_up_quotes_its_log_and_leaves_no_process(
    tmp_path: Path,
) -> None:
    node = Node(tmp_path, settings={"no.such.setting": 1})
    with pytest.raises(EngineError, match=r"(?s)ended with status 1; the end of .*node\.log.*Node"):
        node.boot()
    assert not processes_of(node)
    node.close()


def test_a_node_that_is_late_is_ended(tmp_path: Path) -> None:
    node = Node(tmp_path)
    with pytest.raises(EngineError, match="did not answer at its deadline"):
        node.boot(deadline_s=0.2)
    assert not processes_of(node)
    node.close()


def test_a_taken_port_is_refused_by_name(tmp_path: Path) -> None:
    port, descriptor = next(claim_free_ports())
    try:
        with pytest.raises(EngineError, match=f"port {port} is taken"):
            Node.start(tmp_path, port=port)
    finally:
        os.close(descriptor)


def test_a_port_lost_to_another_program_is_given_up_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    def claims() -> Iterator[tuple[int, int]]:
        for port, descriptor in claim_free_ports():
            if not lost:
                # It comes between our look at the port and the node's.
                lost.append(ThreadingHTTPServer(("127.0.0.1", port), Stranger))
                threading.Thread(target=lost[0].serve_forever).start()
            yield port, descriptor

    lost: list[ThreadingHTTPServer] = []
    monkeypatch.setattr("service.engine.node.claim_free_ports", claims)
    try:
        with Node.start(tmp_path) as node:
            assert node.port != lost[0].server_port
            assert call(node, "GET", "/_cluster/health")["cluster_name"] == node.cluster_name
    finally:
        for server in lost:
            server.shutdown()
            server.server_close()


def test_the_node_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-m", "service.engine", "run", str(tmp_path / "node")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with starter:
        assert starter.stdout is not None
        address = starter.stdout.readline().decode().strip()
        node = Node(tmp_path / "node", port=int(address.rpartition(":")[2]))
        assert len(processes_of(node)) >= 2
        starter.send_signal(signal.SIGKILL)
        until_other_thread(lambda: not processes_of(node))
    node.close()
