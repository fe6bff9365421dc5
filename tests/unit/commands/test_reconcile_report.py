"""What `user-sync reconcile` says in the end: whoever reads it knows what to do next."""

import orjson
import pytest

from service.backfill.comparison import Standing, Verdict
from service.backfill.findings import MOST_EXAMPLES
from service.commands.reconcile_report import Report


def ended(*standings: Standing, capsys: pytest.CaptureFixture[str], **findings: int) -> str:
    """What is said of an index with users of these standings."""
    report = Report(as_json=True)
    report.beside_serve = True
    for number, standing in enumerate(standings):
        report.findings.note(f"auth0|{number}", Verdict(standing))
    for name, value in findings.items():
        setattr(report.findings, name, value)
    report.ended()
    return capsys.readouterr().err


def test_what_a_repair_leaves_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    said = ended(Standing.MISSING, Standing.SURPLUS, capsys=capsys, journaled=1)
    assert "The repairs are journaled and indexed; run it again" in said
    assert "To have the rest as the export says: run it again with --delete-surplus 1" in said
    said = ended(Standing.MISSING, Standing.SURPLUS, capsys=capsys, deleted=1)
    assert "To have the rest as the export says: run it again with --repair\n" in said
    said = ended(Standing.MISSING, Standing.SURPLUS, capsys=capsys, journaled=1, deleted=1)
    assert "the rest" not in said


def test_with_bad_lines_nobody_is_told_to_delete(capsys: pytest.CaptureFixture[str]) -> None:
    said = ended(Standing.DIFFERING, Standing.SURPLUS, capsys=capsys, bad=1)
    assert "and may be among the surplus" in said
    assert "run it again with --repair\n" in said
    said = ended(Standing.SURPLUS, capsys=capsys, bad=1)
    assert "run it again" not in said
    assert "equal" not in said


def test_what_no_repair_would_change_needs_a_new_export(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = ended(Standing.DIFFERING, Standing.SURPLUS, capsys=capsys, settled=1)
    assert "1 user differs though it was repaired" in said
    assert "make a new export" in said
    assert "--repair" not in said.partition("run it again")[2]
    said = ended(Standing.DIFFERING, Standing.MISSING, capsys=capsys, settled=1)
    assert "run it again with --repair\n" in said


def test_who_would_be_deleted_is_told_however_many_are_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report(as_json=True)
    for number in range(MOST_EXAMPLES + 1):
        report.findings.note(f"auth0|{number}", Verdict(Standing.MISSING))
    report.findings.note("surplus", Verdict(Standing.SURPLUS))
    report.ended()
    said = orjson.loads(capsys.readouterr().out)
    assert len(said["users"]) == MOST_EXAMPLES + 1
    assert said["users"][-1]["user_id"] == "surplus"
    assert said["users_cut"] is True


def test_any_name_of_a_field_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=True)
    report.findings.note("a", Verdict(Standing.DIFFERING, ("\ud800x", "é"), ("identities.\udfff",)))
    assert report.ended() == 1
    said = orjson.loads(capsys.readouterr().out)
    assert said["fields"] == {"?x": 1, "é": 1}
    assert said["not_compared"] == {"identities.?": 1}
    assert said["users"][0]["fields"] == ["?x", "é"]


@pytest.mark.parametrize(("field", "advised"), [("blocked", True), ("custom", False)])
def test_all_fields_are_advised_only_where_one_of_them_was_not_compared(
    field: str, advised: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(as_json=True)
    report.findings.note("a", Verdict(Standing.EQUAL, silent=(field,)))
    assert report.ended() == 0
    assert ("give --complete" in capsys.readouterr().err) is advised


def test_what_a_person_is_told_of_repairs_a_program_is_told_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report(as_json=True)
    report.findings.note("auth0|a", Verdict(Standing.MISSING))
    report.findings.settled = 1
    report.findings.strange = True
    report.findings.withheld = "the export seems to be of another tenant"
    report.ended()
    said = orjson.loads(capsys.readouterr().out)
    assert said["repaired_before"] == 1
    assert said["nobody_in_common"] is True
    assert said["deletions_withheld"] == "the export seems to be of another tenant"


def test_what_ended_early_is_json_too_and_says_why_on_lines_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert Report(as_json=True).ended_early("OpenSearch is away\nand why") == 2
    said = capsys.readouterr()
    assert orjson.loads(said.out)["complete"] is False
    assert said.err == "OpenSearch is away\nand why\nNothing was changed; run it again.\n"
    report = Report(as_json=True)
    report.findings.journaled = 1
    report.ended_early("OpenSearch is away")
    assert "What was journaled is kept; run it again." in capsys.readouterr().err
    assert Report(as_json=False).ended_early("Interrupted", 130) == 130
    assert capsys.readouterr().out == ""


def test_what_still_waits_is_told_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=True)
    report.findings.note("auth0|1", Verdict(Standing.MISSING))
    report.unsettled = 1
    report.ended()
    assert "No serve is running, and 1 event in the journal" in capsys.readouterr().err
    report.stuck = True
    report.ended()
    assert "serve doesn't get on, and 1 event in the journal" in capsys.readouterr().err
