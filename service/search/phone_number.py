"""Phone numbers in what was typed, in whatever format. Pure."""

import re
import unicodedata
from typing import Final

TRUNK_PREFIX: Final = re.compile(r"\(\s*0+\s*\)")
AROUND_NUMBER: Final = "\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e<>[]{}|,;:="
"""What stands around one where it is copied from."""

_PHONE: Final = re.compile(
    r"[+0-9()/.\-\s\u00b7\u2010-\u2015\u2212\uff08\uff09\uff0b\uff0d-\uff0f]+"
)
# As many as the mapping indexes of a number; fewer than four say nothing.
_LEAST_DIGITS, _MOST_DIGITS = 4, 15
# A digit sequence as long as this is no year, floor or house number.
_WHOLE_NUMBER_DIGITS: Final = 7
# What is shown in place of a number's beginning: `***1234`, `xxx-xxx-1234`.
_MASKED: Final = re.compile(
    r"[+\d\s().\-/]*(?:[*\u2022\u25cf]{2,}|[xX]{2,}[\s.\-])[\s().\-/*\u2022\u25cfxX]*(?=\d)"
)
# Names are written with them, and indexed so.
_JOINERS: Final = frozenset("\u200c\u200d")


def is_of_a_number(text: str) -> bool:
    """Whether it can be a part of one."""
    return _PHONE.fullmatch(text) is not None


def is_whole(digits: str | None) -> bool:
    """Whether they are a number, and not an end of one."""
    return digits is not None and len(digits) >= _WHOLE_NUMBER_DIGITS


def phone_digits(text: str) -> str | None:
    """The digits to look for when text is written like a phone number, else None.

    Without leading zeros and a trunk prefix in brackets: `+44 (0)20 7946 0000`, `0044 20…` and
    `020…` are all found by the end of the number; with them where too few digits are left, for an
    end of a number may begin with zeros.
    """
    ascii_digits = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in visible(text)
    ).strip(AROUND_NUMBER)
    if masked := _MASKED.match(ascii_digits):
        ascii_digits = ascii_digits[masked.end() :]
    if not _PHONE.fullmatch(ascii_digits):
        return None
    digits = re.sub(r"[^0-9]", "", TRUNK_PREFIX.sub("", ascii_digits))
    if len(digits.lstrip("0")) >= _LEAST_DIGITS:
        digits = digits.lstrip("0")
    return digits[:_MOST_DIGITS] if len(digits) >= _LEAST_DIGITS else None


def visible(text: str) -> str:
    """Without marks of direction and the like."""
    return "".join(char for char in text if char in _JOINERS or unicodedata.category(char) != "Cf")
