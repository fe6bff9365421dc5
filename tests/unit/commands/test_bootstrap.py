"""`user-sync bootstrap` without a cluster says so; with one, see the acceptance tests."""

import pytest
from click.testing import CliRunner

from service.commands.main import cli


def test_no_cluster_is_a_message(unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_SYNC_OPENSEARCH_URL", f"http://127.0.0.1:{unused_tcp_port}")
    result = CliRunner().invoke(cli, ["bootstrap"])
    assert result.exit_code == 1
    assert f"OpenSearch at http://127.0.0.1:{unused_tcp_port} can't be reached" in result.stderr
    assert "Traceback" not in result.output
