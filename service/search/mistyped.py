"""What the engine's fuzzy queries are asked, and what they don't do. Pure.

They compare whole words: `jonht` finds nobody until `jonhtan` is typed to the end. A regular
expression finds the name meanwhile.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

# A letter may be wrong, the first as well; of three letters, too much else is made so.
ANOTHER_FIRST_LETTER: Final[Mapping[str, Any]] = {"fuzziness": "AUTO:4,1000", "prefix_length": 0}

# What is shorter, with an error in it, begins too many names; the engine refuses expressions of
# over 1,000 characters, and so long a word is nearly whole.
_LEAST_LETTERS: Final = 4
_MOST_LETTERS: Final = 14


def mistyped_beginning(word: str) -> str | None:
    """What a word of a name begins with that differs in one letter from what was typed: it is
    missing, too many, another, or changed places with its neighbour.

    The first letter is trusted, and the last: without it this would be a shorter beginning. None
    when the word is too short or long for that, or has more than letters and digits.
    """
    letters = _folded(word)
    if not (_LEAST_LETTERS <= len(letters) <= _MOST_LETTERS and letters.isalnum()):
        return None
    ways: set[str] = set()
    for at in range(1, len(letters)):
        before, letter, after = letters[:at], letters[at], letters[at + 1 :]
        ways.add(f"{before}.{letter}{after}")
        if after:
            ways.add(f"{before}.{after}")
            ways.add(f"{before}{after}")
            ways.add(f"{before}{after[0]}{letter}{after[1:]}")
    return "|".join(sorted(ways))


def _folded(word: str) -> str:
    """In small letters without accents, as the index has most."""
    parts = unicodedata.normalize("NFD", word.lower())
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return unicodedata.normalize("NFC", bare)
