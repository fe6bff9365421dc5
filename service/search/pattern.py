"""Texts as regular expressions of Lucene's, for what its other queries can't compare. Pure."""

import re
from typing import Final

LONGEST: Final = 1_000
"""Characters that OpenSearch takes (index.max_regex_length)."""

_SPECIAL: Final = re.compile(r'([.?+*|{}\[\]()"\\#@&<>~^$-])')


def literal(text: str) -> str:
    """Matches the text alone."""
    return _SPECIAL.sub(r"\\\1", text)


def in_any_case(text: str) -> str:
    """Matches the text in any case, given that the query ignores the case of ASCII letters, which
    is all that Lucene knows."""
    return "".join(map(_letter, text))


def _letter(char: str) -> str:
    if char.isascii():
        return literal(char)
    upper = char.upper()
    cases = {one for one in (char, upper, char.lower(), upper.lower()) if len(one) == 1}
    return char if len(cases) == 1 else f"[{''.join(sorted(cases))}]"
