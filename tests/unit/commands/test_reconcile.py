"""`user-sync reconcile` where it can't compare: its exit code is not the one for a difference."""

import json
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner

from service.commands import reconcile
from service.commands.main import cli


def test_a_fault_of_the_program_is_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "Reconciler", Mock(side_effect=RuntimeError("torn")))
    export = tmp_path / "users.ndjson"
    export.write_text('{"user_id":"auth0|1","email":"ann@acme.com","identities":[]}\n')
    now = datetime.now(UTC).isoformat()
    result = CliRunner().invoke(cli, ["reconcile", str(export), "--exported-at", now, "--json"])
    assert result.exit_code == 2
    assert "RuntimeError: torn" in result.stderr
    assert "fault of this program" in result.stderr
    assert json.loads(result.stdout)["lines"] == 0, "a program gets an object in any case"
