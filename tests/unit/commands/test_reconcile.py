"""`user-sync reconcile` where it can't compare: its exit code is not the one for a difference."""

import json
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner, Result

from service.commands import reconcile
from service.commands.main import cli


def compared(tmp_path: Path) -> Result:
    export = tmp_path / "users.ndjson"
    export.write_text('{"user_id":"auth0|1","email":"ann@acme.com","identities":[]}\n')
    now = datetime.now(UTC).isoformat()
    return CliRunner().invoke(cli, ["reconcile", str(export), "--exported-at", now, "--json"])


def test_a_fault_of_the_program_is_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "Reconciler", Mock(side_effect=RuntimeError("torn")))
    result = compared(tmp_path)
    assert result.exit_code == 2
    assert "RuntimeError: torn" in result.stderr
    assert "fault of this program" in result.stderr
    assert json.loads(result.stdout)["lines"] == 0, "a program gets an object in any case"


def test_a_wrong_setting_is_no_fault_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nonsense")
    monkeypatch.setenv("USER_SYNC_OPENSEARCH_URL", "https://127.0.0.1:9")
    monkeypatch.setenv("USER_SYNC_OPENSEARCH_CA_FILE", str(file))
    result = compared(tmp_path)
    assert result.exit_code == 2
    assert "ca.pem can't be used" in result.stderr
    assert "Traceback" not in result.stderr
