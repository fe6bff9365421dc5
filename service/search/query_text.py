"""What was typed into the one box, taken apart: words, and what else the whole may be. Pure."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, combinations, groupby
from typing import Final
from urllib.parse import unquote

MAX_CHARS: Final = 256
MAX_WORDS: Final = 12
# The engine refuses a query of over 1,024 clauses; `ranking` makes eleven of a term.
MAX_TERMS: Final = 60
# An id alone may be longer, with %7C and the like in it, or in the link of its page.
_LONGEST_ID: Final = 2_048

_PHONE: Final = re.compile(
    r"[+0-9()/.\-\s\u00b7\u2010-\u2015\u2212\uff08\uff09\uff0b\uff0d-\uff0f]+"
)
TRUNK_PREFIX: Final = re.compile(r"\(\s*0+\s*\)")
# As many as the mapping indexes of a number; fewer than four say nothing.
_LEAST_DIGITS, _MOST_DIGITS = 4, 15
# What stands around an address, an id or a number where it is copied from.
_QUOTES: Final = "\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e"
_AROUND_ADDRESS: Final = f"{_QUOTES}<>()[]{{}}|,;:.!?"
_AROUND_ID: Final = f"{_QUOTES}<>()[]{{}},;:"
_AROUND_NUMBER: Final = f"{_QUOTES}<>[]{{}}|,;:"
_MAILTO: Final = re.compile("mailto:", re.IGNORECASE)
_TEL: Final = re.compile(r"[<\[(\"']*tel:([^;]+)(?:;|;[a-z-]+=.*)?", re.IGNORECASE)
# Addresses in a list without blanks, or right behind a name. An id may have any of these in it.
_BETWEEN_ADDRESSES: Final = re.compile(r"[,;<>()]+")
_AS_ONE: Final = re.compile(r"\||//|mailto:", re.IGNORECASE)
# A user's id as it stands in a page's address or in a log of requests; in some twice encoded.
_ENCODED_ID: Final = re.compile(r"[a-z0-9-]+%(?:25)?7c.+", re.IGNORECASE)
# The address of a user's page, of Auth0's dashboard, its API or this service's console; in a log of
# requests, without its beginning.
_PAGE: Final = re.compile(r"[^\s|]*/users/([^\s/?#]+)\S*", re.IGNORECASE)
# What stands before an address or id without a blank, in JSON and logs. An = can be a part of an
# address, but behind none of these names.
_LABELLED_ID: Final = re.compile(r"""[\w.\-"']*[:=]["']*([\w-]+\|[^"']+)["']*""")
_LABELLED_ADDRESS: Final = re.compile(
    r"""(?:[\w.\-"']*:|(?:e-?mail|user(?:_?name)?|login)=)["']*(?!//)([^:"']+@[^"']+)["']*""",
    re.IGNORECASE,
)
_SITE: Final = re.compile(r"(?:https?://(?:www\.)?|www\.)([\w-]+(?:\.[\w-]+)+)/?", re.IGNORECASE)
# From here on scripts are written without blanks, and each character may become a term.
_FIRST_OF_ITS_OWN: Final = "\u2e80"
# A full stop stands after abbreviations: `Jr.`, `Dr.`, `Prof.`, initials.
_LONGEST_ABBREVIATION: Final = 4
_SPELT_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Of Østergaard only the first is one; without any, an å may be spelt so.
_SPELT_FOR_ONE: Final = (re.compile("(?<=[aou])e"), re.compile("(?<=a)a"))
# Letters that the index folds and Unicode doesn't take apart, or only with others.
_FOLDED: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"}
    | {"ς": "σ", "ё": "е", "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"}
)
_ACCENTED: Final = ("LATIN", "GREEK")
# Of more parts there would be too many ways to write them.
_MOST_PARTS: Final = 4
# Names are written with them, and indexed so.
_JOINERS: Final = frozenset("\u200c\u200d")


# What people are called by, and few are named.
_TITLES: Final = (
    "mr mrs ms miss mx sir dr prof ing herr frau hr mme mlle monsieur madame sra srta senor senora "
    "sig signor signora dhr mevr jr jnr sr snr phd esq"
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
        runs = groupby((word.text for word in self.words), key=_is_of_a_number)
        neighbours = (phone_digits(" ".join(run)) for of_a_number, run in runs if of_a_number)
        found = {self.digits, *(word.digits for word in self.words), *neighbours}
        return {digits for digits in found if digits}


def read_query_text(typed: str) -> QueryText | None:
    """None when nothing was typed. Raises TooMuchText."""
    written = " ".join(unicodedata.normalize("NFC", typed.replace("\0", " ")).split())
    if not written:
        return None
    if len(written) > _LONGEST_ID:
        raise TooMuchText(f"at most {MAX_CHARS} characters are searched for")
    text = _as_meant(written)
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


def _as_meant(text: str) -> str:
    """Without what comes along when an address, a number or an id is copied, and nobody sees."""
    if (link := _TEL.fullmatch(text)) and phone_digits(number := unquote(link[1])):
        text = number.strip(_AROUND_NUMBER)
    parts = chain.from_iterable(map(_apart, text.split()))
    return " ".join(filter(None, map(_bare, parts))) or text


def _apart(part: str) -> list[str]:
    """The addresses of a list, and what stands before or behind one."""
    whole = _AS_ONE.search(part)
    end = whole.start() if whole else len(part)
    listed, rest = part[:end], part[end:]
    if "@" not in listed:  # a name with an id behind it, or an id with anything in it
        return [part]
    *before, last = _BETWEEN_ADDRESSES.split(listed)
    return [one for one in (*before, last + rest) if any(map(str.isalnum, one))] or [part]


def _bare(part: str) -> str:
    page = _PAGE.fullmatch(part.strip(_AROUND_ID))
    if page and (user_id := _id_of_page(page[1])):
        return user_id
    if _ENCODED_ID.fullmatch(part):
        return _decoded(part)
    if "@" in part:
        visible = _visible(part).strip(_AROUND_ADDRESS)
        if link := _MAILTO.match(visible):
            return unquote(visible[link.end() :].partition("?")[0])
        return _without_label(visible)
    return _without_label(_visible(part).strip(_AROUND_ID)) if "|" in part else _visible(part)


def _without_label(text: str) -> str:
    labelled = (_LABELLED_ID if "|" in text else _LABELLED_ADDRESS).fullmatch(text)
    return labelled[1] if labelled else text


def _id_of_page(segment: str) -> str | None:
    """The dashboard writes the encoded id in base64, without its padding."""
    try:
        padded = segment + "=" * (-len(segment) % 4)
        of_dashboard = unquote(base64.urlsafe_b64decode(padded).decode())
    except ValueError:
        of_dashboard = ""
    known = (one for one in (_decoded(segment), of_dashboard) if "|" in one and one.isprintable())
    return next(known, None)


def _decoded(text: str) -> str:
    once = unquote(text)
    return once if "|" in once else unquote(once)


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
    them: `Müller` as `Mueller`, `Mueller` as `Muller`. None when there are none."""
    lower = text.lower()
    ways = (lower.translate(_SPELT_OUT), *(one.sub("", lower) for one in _SPELT_FOR_ONE))
    return next((way for way in ways if way != lower), None)


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


def _visible(text: str) -> str:
    """Without marks of direction and the like."""
    return "".join(char for char in text if char in _JOINERS or unicodedata.category(char) != "Cf")


def _is_of_a_number(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None


def phone_digits(text: str) -> str | None:
    """The digits to look for when text is written like a phone number, else None.

    Without leading zeros and a trunk prefix in brackets: `+44 (0)20 7946 0000`, `0044 20…` and
    `020…` are all found by the end of the number; with them where too few digits are left, for an
    end of a number may begin with zeros.
    """
    ascii_digits = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in _visible(text)
    ).strip(_AROUND_NUMBER)
    if not _PHONE.fullmatch(ascii_digits):
        return None
    digits = re.sub(r"[^0-9]", "", TRUNK_PREFIX.sub("", ascii_digits))
    if len(digits.lstrip("0")) >= _LEAST_DIGITS:
        digits = digits.lstrip("0")
    return digits[:_MOST_DIGITS] if len(digits) >= _LEAST_DIGITS else None
