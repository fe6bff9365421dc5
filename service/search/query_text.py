"""What was typed into the one box, taken apart: words, and what else the whole may be. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, combinations, groupby
from typing import Final

from service.search.chinese import in_other_characters
from service.search.marked_up import rightly_read
from service.search.pasted import as_meant
from service.search.phone_number import is_of_a_number, is_whole, phone_digits

MAX_CHARS: Final = 256
MAX_WORDS: Final = 12
# The engine refuses a query of over 1,024 clauses; `ranking` makes eleven of a term.
MAX_TERMS: Final = 60
# An id alone may be longer, with %7C and the like in it, or in the link of its page.
_LONGEST_ID: Final = 2_048

_SITE: Final = re.compile(r"(?:https?://(?:www\.)?|www\.)([\w-]+(?:\.[\w-]+)+)/?", re.IGNORECASE)
# Of fewer letters it is rather the beginning of a name: O'S, D'S.
_POSSESSIVE: Final = re.compile(r"(.*\w{3,})['`\u00b4\u2018\u2019\u02bc]s\W*", re.IGNORECASE)
_NO_TEXT: Final = re.compile(r"[\0\x1c-\x1f]")
_KNOWN_ALONE: Final = re.compile(r"[\w-]+\|.+|[^@]+@[^@]+\.[^@]+")
# From here on scripts are written without blanks, and each character may become a term.
_FIRST_OF_ITS_OWN: Final = "\u2e80"
# A full stop stands after abbreviations: `Jr.`, `Dr.`, `Prof.`, initials.
_LONGEST_ABBREVIATION: Final = 4
_ABBREVIATED: Final = re.compile(r"(?:[^\W\d_]{1,4}\.-?){2,},?")
_SPELT_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Of Østergaard only the first is one; without any, an å may be spelt so.
_SPELT_FOR_ONE: Final = (re.compile("(?<=[aou])e"), re.compile("(?<=a)a"))
_ARABIC: Final = re.compile("[\u0621-\u065f\u0671-\u06d3]{3,}")
_ARTICLE: Final = "\u0627\u0644"
_LEAST_OF_ARABIC: Final = 3
_HIRAGANA: Final = "".join(map(chr, range(0x3041, 0x3097)))
_KATAKANA: Final = "".join(map(chr, range(0x30A1, 0x30F7)))
_OTHER_KANA: Final = str.maketrans(_HIRAGANA + _KATAKANA, _KATAKANA + _HIRAGANA)
# Letters that the index folds and Unicode doesn't take apart, or only with others.
_FOLDED: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"}
    | {"ς": "σ", "ё": "е", "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"}
)
_ACCENTED: Final = ("LATIN", "GREEK")
# Of more parts there would be too many ways to write them.
_MOST_PARTS: Final = 4
# What people are called by, and few are named.
_TITLES: Final = (
    "mr mrs ms miss mx sir dr prof ing herr frau hr mme mlle monsieur madame sra srta senor senora "
    "sig signor signora dhr mevr jr jnr sr snr phd esq med msc bsc mba llm dipl "
    "mag rev drs mgr judr mudr phdr hrn fam familie eheleute 様 さん 先生 님 씨 女士 السيد السيدة"
)


class TooMuchText(ValueError):
    """More text than a search takes; says how much that is."""


@dataclass(frozen=True, slots=True)
class Word:
    """One blank-separated part. digits: of a phone number, when it can be a part of one."""

    text: str
    digits: str | None = None

    @property
    def letters(self) -> str:
        """Without its punctuation: `O'Brien` as `OBrien`."""
        return "".join(filter(_tells, self.text))

    @property
    def is_title(self) -> bool:
        """`Dr.`, `Frau`."""
        return self.letters.lower() in _TITLES.split()

    @property
    def is_initial(self) -> bool:
        """`K.`, or several; a degree is written so, too: `M.A.`, `Dipl.-Ing.`"""
        if _ABBREVIATED.fullmatch(self.text):
            return True
        return len(self.letters) == 1 and self.letters.isalpha() and not is_blankless(self.letters)

    @property
    def owner(self) -> str | None:
        """Whose something is: Collins of `Collins's`."""
        found = _POSSESSIVE.fullmatch(self.text)
        return found[1] if found else None

    @property
    def site(self) -> str | None:
        """The domain of a company's home page: acme.com of `https://www.acme.com/`."""
        found = _SITE.fullmatch(self.text)
        return found[1].lower() if found else None

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
    that the whole can be. Without words, the whole is an id that is too long to be taken apart."""

    words: tuple[Word, ...]
    whole: str
    digits: str | None = None

    @property
    def numbers(self) -> set[str]:
        """Digits of what may be phone numbers: the whole, each word, and neighbouring words."""
        runs = groupby((word.text for word in self.words), key=is_of_a_number)
        neighbours = (phone_digits(" ".join(run)) for of_a_number, run in runs if of_a_number)
        found = {self.digits, *(word.digits for word in self.words), *neighbours}
        return {digits for digits in found if digits}


def read_query_text(typed: str) -> QueryText | None:
    """None when nothing was typed. Raises TooMuchText."""
    readable = rightly_read(typed).replace("\0", " ")
    written = " ".join(unicodedata.normalize("NFC", readable).split())
    if not written:  # control characters are no blanks, and no reason to list everybody
        control = next(filter(_NO_TEXT.match, typed), None)
        return None if control is None else QueryText((Word(control),), control)
    if len(written) > _LONGEST_ID:
        raise TooMuchText(f"at most {MAX_CHARS} characters are searched for")
    text = as_meant(written)
    try:
        return _taken_apart(text)
    except TooMuchText:  # a whole message: its addresses, ids or number tell who is meant
        parts = text.split(" ")
        runs = (" ".join(run) for of_a_number, run in groupby(parts, is_of_a_number) if of_a_number)
        numbers = (run for run in runs if is_whole(phone_digits(run)))
        known = " ".join(filter(_KNOWN_ALONE.fullmatch, parts)) or next(numbers, "")
        if not known:
            raise
        return _taken_apart(known)


def _taken_apart(text: str) -> QueryText:
    parts = text.split(" ")
    is_long = len(text) > MAX_CHARS
    if "|" in text and len(parts) == 1 and (is_long or term_count(text) > MAX_TERMS):
        return QueryText((), text)
    if is_long:
        raise TooMuchText(f"at most {MAX_CHARS} characters are searched for")
    # Punctuation that stands alone is in no index; a person who typed only that finds nobody.
    telling = [part for part in parts if any(map(str.isalnum, part))] or parts
    if len(telling) > MAX_WORDS:
        raise TooMuchText(f"at most {MAX_WORDS} words are searched for")
    if term_count(" ".join(telling)) > MAX_TERMS:
        raise TooMuchText(
            f"at most {MAX_TERMS} parts of words, or characters of scripts without blanks, "
            "are searched for"
        )
    words = tuple(Word(part, phone_digits(part)) for part in telling)
    return QueryText(words, text, phone_digits(text))


def term_count(text: str) -> int:
    """How many terms the index's analysers make of it at most."""
    terms = 0
    within = False
    for char in text:
        category = unicodedata.category(char)
        if char >= _FIRST_OF_ITS_OWN or category == "So":
            terms += 1
            within = False
        else:
            part = category[0] in "LMN"
            terms += part and not within
            within = part
    return terms


def is_blankless(text: str) -> bool:
    """Whether all of it is of scripts that are written without blanks."""
    return min(text) >= _FIRST_OF_ITS_OWN


def trimmed(text: str) -> str:
    """Without the punctuation around it. The engine takes a word that a mark follows for finished,
    and `J.` for no beginning of `John`."""
    telling = [at for at, char in enumerate(text) if _tells(char)]
    return text[telling[0] : telling[-1] + 1] if telling else text


def folded_letters(text: str) -> str:
    """As the index has them, as far as it folds case, accents and the like."""
    return "".join(map(_without_accent, text.lower())).translate(_FOLDED)


def _without_accent(letter: str) -> str:
    if not unicodedata.name(letter, "").startswith(_ACCENTED):
        return letter
    return unicodedata.normalize("NFD", letter)[0]


def otherwise_spelt(text: str) -> str | None:
    """With umlauts spelt out, or for those that are spelt out the letters that the index has for
    them: `Müller` as `Mueller`, `Mueller` as `Muller`; an Arabic name with or without its article,
    kana as the other kana, simplified characters as traditional ones and the reverse. None when
    there are none."""
    lower = text.lower()
    if _ARABIC.fullmatch(text):
        bare = text.removeprefix(_ARTICLE)
        return bare if len(text) > len(bare) >= _LEAST_OF_ARABIC else _ARTICLE + text
    ways = (lower.translate(_SPELT_OUT), *(one.sub("", lower) for one in _SPELT_FOR_ONE))
    scripts = lower.translate(_OTHER_KANA), in_other_characters(lower)
    return next((way for way in (*ways, *scripts) if way != lower), None)


def spellings(words: Sequence[str]) -> list[str]:
    """How a whole name of these words may be written: plainly, or with up to two marks: a hyphen
    or a comma in place of a blank, a full stop behind what may be an abbreviation."""
    parts = [trimmed(part) for word in words for part in word.split("-") if part]
    plain = " ".join(parts)
    if not 1 < len(parts) <= _MOST_PARTS:
        return [plain]
    ends = list(accumulate(len(part) + 1 for part in parts))
    marks = [(end - 1, end, mark) for end in ends[:-1] for mark in ("-", ", ")]
    marks += [
        (end - 1, end - 1, ".")
        for part, end in zip(parts, ends, strict=True)
        if len(part) <= _LONGEST_ABBREVIATION
    ]
    some = chain.from_iterable(combinations(marks, count) for count in range(3))
    return list(dict.fromkeys(_with_marks(plain, chosen) for chosen in some))


def written_forms(text: str) -> list[str]:
    """With accents as one character with their letters, and behind them: some directories keep
    names and ids so, and it can't be seen."""
    return list(dict.fromkeys(unicodedata.normalize(form, text) for form in ("NFC", "NFD")))


def _with_marks(text: str, marks: Iterable[tuple[int, int, str]]) -> str:
    for start, end, mark in sorted(marks, reverse=True):
        text = f"{text[:start]}{mark}{text[end:]}"
    return text


def _tells(char: str) -> bool:
    """Whether the index keeps it: letters, their marks, digits, pictures."""
    category = unicodedata.category(char)
    return category[0] in "LMN" or category == "So"
