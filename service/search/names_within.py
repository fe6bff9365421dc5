"""Whole names among whatever else was pasted with them. Pure.

`Kind regards, Ann Smith`, `Ann Smith cannot log in`, `Smith;Ann;Berlin`: nothing tells which words
are the name, but a user whose whole name stands there, its words side by side, is hardly another.
"""

import re
from collections import defaultdict
from typing import Final

from service.search.queries import Query, constant
from service.search.query_text import QueryText, trimmed

# Between the cells of tables and lists, and around names where they are copied.
_BETWEEN: Final = re.compile(r"[\s,;:|/<>()\[\]{}\"]+")
# One word is as likely a place or a thing.
_LEAST_WORDS: Final = 2
MOST_WORDS: Final = 4


def names_within(text: QueryText) -> list[Query]:
    """For users whose whole name stands beside other words: 1 to MOST_WORDS, more for a longer
    name, for `José García` stands in `María José García`; one less for its parts turned round."""
    words = [word for word in map(trimmed, _BETWEEN.split(text.whole)) if word]
    by_score: dict[int, set[str]] = defaultdict(set)
    for length in range(_LEAST_WORDS, min(MOST_WORDS, len(words) - 1) + 1):
        for start in range(len(words) - length + 1):
            name = words[start : start + length]
            by_score[length].add(" ".join(name))
            for at in range(1, length):
                first, last = " ".join(name[:at]), " ".join(name[at:])
                turned = {f"{last} {first}", f"{last}, {first}", f"{first}, {last}"}
                by_score[length - 1] |= turned
    return [
        constant({"terms": {"name.folded": sorted(names)}}, score)
        for score, names in by_score.items()
    ]
