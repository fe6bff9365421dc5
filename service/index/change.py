"""One thing that bootstrap changed, or would have to: what, and from what to what."""

import json
from dataclasses import dataclass

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a diff.

    before, after: JSON values; None where there was, or will be, nothing. note: what else to know.
    """

    what: str
    before: object = None
    after: object = None
    note: str = ""

    def __str__(self) -> str:
        if self.before is None:
            line = f"+ {self.what}: {_shown(self.after)}"
        elif self.after is None:
            line = f"- {self.what}: {_shown(self.before)}"
        else:
            line = f"~ {self.what}: {_shown(self.before)} → {_shown(self.after)}"
        return f"{line} ({self.note})" if self.note else line


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
