"""What was typed into the one box, taken apart: words, and what else the whole may be. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

MAX_CHARS: Final = 256
MAX_WORDS: Final = 12

_PHONE: Final = re.compile(r"[+0-9()/.\-\s\u2010-\u2015]+")
_TRUNK_PREFIX: Final = re.compile(r"\(0+\)")
# As many as the mapping indexes of a number; fewer than four say nothing.
_LEAST_DIGITS, _MOST_DIGITS = 4, 15


class TooMuchText(ValueError):
    """More text than a search takes; says how much that is."""


@dataclass(frozen=True, slots=True)
class Word:
    """One blank-separated part. digits: of a phone number, when it can be a part of one."""

    text: str
    digits: str | None = None

    @property
    def is_address(self) -> bool:
        """An e-mail address, or the beginning of one beyond its @."""
        return "@" in self.text and not self.is_domain

    @property
    def is_domain(self) -> bool:
        """`@acme.com`, or its beginning."""
        return self.text.startswith("@") and self.text.count("@") == 1 and len(self.text) > 1


@dataclass(frozen=True, slots=True)
class QueryText:
    """words: in the order typed. whole: all of it, blanks normalised. digits: of a phone number
    that the whole can be."""

    words: tuple[Word, ...]
    whole: str
    digits: str | None = None


def read_query_text(typed: str) -> QueryText | None:
    """None when nothing was typed. Raises TooMuchText."""
    text = " ".join(unicodedata.normalize("NFC", typed.replace("\0", " ")).split())
    if not text:
        return None
    if len(text) > MAX_CHARS:
        raise TooMuchText(f"at most {MAX_CHARS} characters are searched for")
    parts = text.split(" ")
    # Punctuation that stands alone is in no index; a person who typed only that finds nobody.
    telling = [part for part in parts if any(map(str.isalnum, part))] or parts
    if len(telling) > MAX_WORDS:
        raise TooMuchText(f"at most {MAX_WORDS} words are searched for")
    words = tuple(Word(part, phone_digits(part)) for part in telling)
    return QueryText(words, text, phone_digits(text))


def phone_digits(text: str) -> str | None:
    """The digits to look for when text is written like a phone number, else None.

    Without leading zeros and a trunk prefix in brackets: `+44 (0)20 7946 0000`, `0044 20…` and
    `020…` are all found by the end of the number.
    """
    ascii_digits = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text
    )
    if not _PHONE.fullmatch(ascii_digits):
        return None
    digits = re.sub(r"[^0-9]", "", _TRUNK_PREFIX.sub("", ascii_digits)).lstrip("0")
    return digits[:_MOST_DIGITS] if len(digits) >= _LEAST_DIGITS else None
