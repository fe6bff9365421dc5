"""What a node says before anything is started."""

from pathlib import Path

import pytest

from service.engine import EngineError, Node
from service.engine.command import write_configuration


@pytest.mark.parametrize("port", [9200, 9300, 80])
def test_a_port_that_the_runner_would_not_take_is_refused(tmp_path: Path, port: int) -> None:
    with pytest.raises(ValueError, match="9201 to 9299"):
        Node(tmp_path, port=port)


def test_nodes_of_different_folders_never_share_a_cluster_name(tmp_path: Path) -> None:
    first, second, again = Node(tmp_path / "a"), Node(tmp_path / "b"), Node(tmp_path / "a")
    assert first.cluster_name != second.cluster_name
    assert first.cluster_name == again.cluster_name


def test_without_an_installed_engine_it_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER_SYNC_ENGINE_DIR", str(tmp_path / "empty"))
    with pytest.raises(EngineError, match="run `make install`"):
        Node.start(tmp_path / "node")


def test_a_node_that_never_ran_can_be_stopped_and_killed(tmp_path: Path) -> None:
    node = Node(tmp_path)
    node.stop()
    node.kill()
    node.close()
    assert not node.running
    with pytest.raises(EngineError, match="no port"):
        _ = node.port


def test_settings_go_over_ours(tmp_path: Path) -> None:
    write_configuration(tmp_path, {"network.host": "127.0.0.2", "path.repo": [tmp_path.name]})
    written = (tmp_path / "config/opensearch.yml").read_text()
    assert '"network.host": "127.0.0.2"' in written
    assert '"path.repo": [' in written
