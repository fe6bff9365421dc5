"""What `user-sync reconcile` prints: a table and some examples, or one JSON object."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from service.backfill.comparison import Standing
from service.backfill.export_format import EXPORT_FIELDS
from service.backfill.findings import DIFFERENCES, Findings
from service.commands.counts import counted
from service.commands.terminal import note, print_json, print_table

NOT_COMPARED = 2
"""The exit code when it isn't known whether the index is equal."""

_STRANGE = (
    "Nobody of the export is in the index, which has other users from before it: is it another "
    "tenant's? Nobody is repaired. If it is this one's, user-sync import --force adds its users."
)
_MOST_SHOWN = 5
_MOST_FIELDS = 10


class Report:
    """findings: of the run. beside_serve: whether a service indexes repairs. unsettled: events that
    waited in the journal without one, or (stuck) with one that doesn't get on."""

    def __init__(self, *, as_json: bool) -> None:
        self.findings = Findings()
        self.beside_serve = False
        self.unsettled = 0
        self.stuck = False
        self._as_json = as_json

    def ended(self) -> int:
        """The result on stdout, what to do next on stderr; the exit code."""
        left = self._left()
        self._print(complete=True)
        if self.unsettled and left:
            why, mend = "No serve is running", "start one"
            if self.stuck:
                why, mend = "serve doesn't get on", "look at its /healthz"
            note(
                f"{why}, and {counted(self.unsettled, 'event')} in the journal may explain "
                f"differences: {mend}, and run this again."
            )
        if self.findings.strange:
            note(_STRANGE)
        if self.findings.settled:
            note(_settled(self.findings.settled))
        if self.findings.withheld:
            note(f"No user was deleted: {self.findings.withheld}.")
        if self.findings.bad:
            among = ", and may be among the surplus" if self._surplus() else ""
            note(f"The users of bad lines were not compared{among}.")
        if self.findings.silent:
            note(self._not_compared())
        for line in self._next(left):
            note(line)
        return 1 if self.differences else 0

    def ended_early(self, why: str, code: int = NOT_COMPARED) -> int:
        """What is known so far, and why it isn't all. A program gets an object in any case."""
        findings = self.findings
        if findings.standings or self._as_json:
            self._print(complete=False)
        for line in why.splitlines():
            note(line)
        changed = findings.journaled or findings.deleted
        note(f"{'What was journaled is kept' if changed else 'Nothing was changed'}; run it again.")
        return code

    def _not_compared(self) -> str:
        counts = self.findings.silent.most_common()
        fields = ", ".join(f"{name} ({count:,})" for name, count in counts[:_MOST_FIELDS])
        more = ", …" if len(counts) > _MOST_FIELDS else ""
        advice = ""
        if not self.findings.silent.keys().isdisjoint(EXPORT_FIELDS):
            advice = " If the export was asked for all fields, give --complete."
        return (
            f"Not compared, for users of the index have them, and no user of the export: {fields}"
            f"{more}.{advice}"
        )

    @property
    def differences(self) -> int:
        """Users that differ and weren't repaired, and lines that couldn't be compared."""
        return self._left() + self.findings.bad

    def _left(self) -> int:
        findings = self.findings
        return findings.differences - findings.journaled - findings.deleted

    def _surplus(self) -> int:
        return self.findings.standings[Standing.SURPLUS] - self.findings.deleted

    def _next(self, left: int) -> Iterator[str]:
        findings = self.findings
        repaired = bool(findings.journaled or findings.deleted)
        if repaired:
            when = "" if self.beside_serve else " as soon as a serve runs"
            yield f"The repairs are journaled and indexed{when}; run it again to see them done."
        elif not left:
            rest = "the rest of " if findings.bad else ""
            yield f"The index is equal to {rest}the export."
        advice = []
        surplus = self._surplus()
        if findings.strange:
            return
        if left > surplus + findings.settled:
            advice.append("--repair")
        if surplus and not findings.bad:
            advice.append(f"--delete-surplus {surplus}")
        if advice:
            what = "the rest" if repaired else "the index"
            yield f"To have {what} as the export says: run it again with {' '.join(advice)}"

    def _print(self, *, complete: bool) -> None:
        if self._as_json:
            print_json(as_dict(self.findings) | {"complete": complete})
            return
        print_table(["", ""], rows(self.findings), right=[""])
        for standing in DIFFERENCES:
            examples = [one for one in self.findings.examples if one.standing is standing]
            for example in examples[:_MOST_SHOWN]:
                fields = f": {', '.join(example.fields[:_MOST_FIELDS])}" if example.fields else ""
                note(f"{standing}: {example.user_id}{fields}")
            if len(examples) > _MOST_SHOWN:
                note(f"{standing}: and more, which --json lists")


def _settled(users: int) -> str:
    who = (
        "1 user differs though it was" if users == 1 else f"{users:,} users differ though they were"
    )
    return (
        f"{who} repaired as of the same time already, and another repair would change nothing: "
        "make a new export."
    )


def rows(findings: Findings) -> list[tuple[str, str]]:
    """The table's."""
    table = [("users in the export", findings.lines), ("bad lines", findings.bad)]
    if findings.repeated:
        table.append(("older lines of the same users", findings.repeated))
    table += [(standing.value, findings.standings[standing]) for standing in Standing]
    table += [(f"  differ in {name}", count) for name, count in findings.fields.most_common()]
    if findings.journaled:
        table.append(("repairs journaled", findings.journaled))
    if findings.deleted:
        table.append(("deletions journaled", findings.deleted))
    return [(name, f"{count:,}") for name, count in table]


def as_dict(findings: Findings) -> dict[str, Any]:
    """The JSON object. users: those that differ, at most MOST_EXAMPLES of each standing."""
    return {
        "lines": findings.lines,
        "bad_lines": findings.bad,
        "older_lines": findings.repeated,
        **{standing.name.lower(): findings.standings[standing] for standing in Standing},
        "fields": _counts(findings.fields),
        "not_compared": _counts(findings.silent),
        "repairs_journaled": findings.journaled,
        "deletions_journaled": findings.deleted,
        "repaired_before": findings.settled,
        "nobody_in_common": findings.strange,
        "deletions_withheld": findings.withheld or None,
        "users": [
            {
                "user_id": one.user_id,
                "standing": one.standing.name.lower(),
                "fields": list(map(_readable, one.fields)),
            }
            for one in findings.examples
        ],
        "users_cut": findings.cut,
    }


def _counts(names: Counter[str]) -> dict[str, int]:
    return {_readable(name): count for name, count in names.most_common()}


def _readable(name: str) -> str:
    """A field's name as any JSON can hold it: a profile's may have lone surrogates."""
    return name.encode(errors="replace").decode()
