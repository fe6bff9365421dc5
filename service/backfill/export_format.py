"""Whether a file is a users export as Auth0 writes it, told from its beginning; pure.

A wrong file is recognised before its first line is journaled: a CSV of a million users would be a
million dead letters.
"""

import re
import textwrap
from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Final

from service.documents.fields import TYPED_FIELDS
from service.documents.profile import METADATA
from service.events.json_text import parse
from service.events.json_value import JsonValue, NotJson

EXPORT_FIELDS: Final = ("user_id", *TYPED_FIELDS, "identities", *METADATA)
"""What to ask an export for, under these very names; Auth0 gives at most 30 fields."""

# The dashboard's own choice of fields renames them, e.g. user_id to Id.
_LABELS: Final = frozenset(
    {"Id", "Email", "Name", "Nickname", "Given Name", "Family Name", "Created At", "Updated At"}
)
_HEADINGS: Final = frozenset(EXPORT_FIELDS) | _LABELS | {"id"}
_ENOUGH_LINES: Final = 3
_ENOUGH_LABELS: Final = 2

_MAGIC: Final = (
    (b"\xff\xfe", "is UTF-16, as PowerShell's `>` writes it: download it with `curl -o` instead"),
    (b"\xfe\xff", "is UTF-16: save it as UTF-8"),
    (b"{\0", "is UTF-16: save it as UTF-8"),
    (b"\x1f\x8b", "is gzip within gzip: pipe it through `gzip -dc`, with - for FILE"),
    (b"PK\x03\x04", "is a zip archive: unzip it, and give the file in it"),
    (b"\x28\xb5\x2f\xfd", "is zstd: pipe it through `zstd -dc`, with - for FILE"),
    (b"BZh", "is bzip2: pipe it through `bzip2 -dc`, with - for FILE"),
    (b"\xfd7zXZ", "is xz: pipe it through `xz -dc`, with - for FILE"),
    (
        b"<",
        "is a web page or an XML error: an export's link is good for a minute only; get a new one",
    ),
)


def how_to_export() -> str:
    """The request for an export with all fields, as a command to paste; under 90 columns."""
    fields = ", ".join(f'{{"name":"{name}"}}' for name in EXPORT_FIELDS)
    return (
        "curl https://YOUR_DOMAIN/api/v2/jobs/users-exports \\\n"
        '  -H "Authorization: Bearer $MANAGEMENT_TOKEN" -H "Content-Type: application/json" \\\n'
        '  -d \'{"format": "json", "fields": [\n'
        + textwrap.fill(fields, 88, initial_indent="    ", subsequent_indent="    ")
        + "]}'"
    )


@dataclass(frozen=True, slots=True)
class NotAnExport:
    """reason: what the file is instead, and what to do; continues `The file …`.

    anew: whether another export has to be made, by how_to_export.
    """

    reason: str
    anew: bool = False

    def told(self, name: str) -> str:
        """For people; name: the file's."""
        advice = f"\nAn export with all fields is asked for by:\n{how_to_export()}"
        return f"{name} {self.reason}" + (advice if self.anew else "")


def why_no_export(head: bytes) -> NotAnExport | None:
    """What the file is instead of a users export; None when it may be one.

    head: the file's beginning, all of it if it is short.
    """
    text = head.removeprefix(BOM_UTF8).lstrip()
    if not text:
        return NotAnExport("is empty: the export found no users, or the download failed")
    for magic, meaning in _MAGIC:
        if text.startswith(magic):
            return NotAnExport(meaning)
    if text.startswith(b"["):
        return NotAnExport(
            "is one JSON array; an export has one user a line: pipe it through `jq -c '.[]'`, "
            "with - for FILE"
        )
    first = text.split(b"\n", 1)[0].strip()
    if first == b"{":
        return NotAnExport(
            "is JSON over several lines; an export has one user a line: pipe it through `jq -c .`, "
            "with - for FILE"
        )
    return _why_no_json(first, text) or _why_no_users(_objects(text))


def names_few_fields(head: bytes) -> bool:
    """Whether the users lack what every user has: the export was asked for a few fields only."""
    users = _objects(head)
    return bool(users) and not any("identities" in user for user in users)


def _why_no_json(first: bytes, text: bytes) -> NotAnExport | None:
    if not first.startswith(b"{") and _is_heading(first):
        return NotAnExport("is a CSV, which has neither metadata nor types", anew=True)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < _ENOUGH_LINES or any(b"{" in line for line in lines):
        return None
    return NotAnExport(
        f"has no JSON object in its first {len(lines):,} lines; an export has one user a line",
        anew=True,
    )


def _is_heading(line: bytes) -> bool:
    cells = re.split(r"[,;\t]", line.decode(errors="replace"))
    return any(cell.strip(" \"'\r") in _HEADINGS for cell in cells)


def _objects(text: bytes) -> list[dict[str, JsonValue]]:
    found = []
    for line in text.splitlines():
        try:
            value = parse(line)
        except NotJson:  # a bad line, or the last one, cut
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _why_no_users(objects: list[dict[str, JsonValue]]) -> NotAnExport | None:
    if not objects or any("user_id" in one and "updated_at" in one for one in objects):
        return None
    if "user_id" not in objects[0]:
        other = _other_document(objects[0])
        if other is not None:
            return other
    missing = [
        name for name in ("user_id", "updated_at") if not any(name in one for one in objects)
    ]
    if len(objects) < _ENOUGH_LINES or not missing:
        return None
    return NotAnExport(f"has no {' and no '.join(missing)} in any line", anew=True)


def _other_document(first: dict[str, JsonValue]) -> NotAnExport | None:
    """What else of Auth0's an object can be that is no user under its fields' names."""
    if isinstance(first.get("users"), list):
        return NotAnExport(
            "is an answer of the users API; an export has one user a line: pipe it through "
            "`jq -c '.users[]'`, with - for FILE"
        )
    if "location" in first:
        return NotAnExport("describes the export's job: download what its location names")
    renamed = sorted(_LABELS.intersection(first))
    if len(renamed) < _ENOUGH_LABELS:
        return None
    return NotAnExport(f"has renamed fields ({', '.join(renamed[:3])}, …)", anew=True)
