"""Ways to match what was typed with errors, or otherwise than it is indexed: they count least.
Pure."""

import re
from itertools import islice
from typing import Any, Final

from service.search.clauses import MOST_NUMBERS_TRIED, are_few
from service.search.keyboard import on_the_other_layout
from service.search.mistaken_address import (
    cut_or_masked,
    home_address,
    inner_address,
    same_mailbox,
)
from service.search.mistyped_beginning import begins_like, mistyped_beginning
from service.search.names_within import names_within
from service.search.passed_over import tells_nobody, without_honorific
from service.search.phone_number import is_whole
from service.search.queries import (
    Query,
    any_of,
    constant,
    email_words,
    in_names,
    known_by,
    telling_tokens,
)
from service.search.query_text import (
    QueryText,
    Word,
    is_blankless,
    otherwise_spelt,
    term_count,
    trimmed,
)
from service.search.short_names import also_called
from service.search.transliteration import is_latin, otherwise_written

KNOWN_ALONE: Final = 6
LOGIN: Final = 3
ONE_TYPO: Final = 2
MORE_TYPOS: Final = 1

# What may end an id where a line of a table goes on behind it; an id may have them in it.
_BEHIND_ID: Final = re.compile("[,;&\"']")
_MOST_MARKS: Final = 20
# What is shorter begins too many ids by chance.
_LEAST_OF_ID: Final = 8
# An id without its provider, or the last part of a GUID: too long to be somebody else's by chance.
_LONG_ID: Final = re.compile(r"(?=[a-z]*\d)[^\W_]{12,}", re.IGNORECASE)
_FULL_NAME: Final = (2, 3)
# Of so many names, one may be none of the user's.
_LEAST_FOR_ONE_MORE: Final = 3
_MOST_PARTS: Final = 6
# What stands between names, and would pass for one of two that match.
_BETWEEN_NAMES: Final = (
    "van von der den de del della di da do dos das du la le les el al bin ibn ben ter ten te zu "
    "zum y e i of at from bei chez and und"
)
_JOINED: Final = ("name", "family_name", "name.joined")
_ADDRESSES: Final = ("email.folded",)
_FULL_NAMES: Final = ("name", "given_name", "family_name")
_GIVEN_NAMES: Final = ("name", "given_name", "nickname")
# Of a name with a hyphen, the index has each part by itself, and both together here alone.
_HYPHENED: Final = (*_FULL_NAMES, "name.joined")
_LABEL: Final = re.compile(r"\w{2,}[:=\\]+")
_BETWEEN_PARTS: Final = re.compile("[.,;_/]+")
_LEAST_OF_SURNAME: Final = 4
_MOST_BEHIND: Final = 3
# So long, a word may be two, and the letter that is wrong their hyphen.
_LEAST_OF_TWO: Final = 10
# Of three letters, with another first one, too much else is made.
ANOTHER_FIRST_LETTER: Final = {"fuzziness": "AUTO:4,1000", "prefix_length": 0}
# Whoever copies an address misses its beginning by a character.
_ANOTHER_FIRST_CHARACTER: Final = {"fuzziness": 1, "prefix_length": 0}
# No name is longer; an address can be, but what is compared letter by letter takes its time.
_LONGEST_MISTYPED: Final = 64


def enough_alone(text: QueryText) -> list[Query]:
    """What tells a user whatever stands beside it: a label, or another name for the same person."""
    ways = [
        constant(known_by(word.text, word.digits), KNOWN_ALONE)
        for word in text.words
        if word.is_address or "|" in word.text
    ]
    if tokens := sorted({token for word in text.words for token in telling_tokens(word.text)}):
        ways.append(constant({"terms": {"attributes": tokens}}, KNOWN_ALONE))
        if len(text.words) == 1:
            ways.append(constant({"prefix": {"attributes": tokens[0]}}, MORE_TYPOS))
    homes = filter(None, (home_address(word.text) for word in text.words))
    ways += [constant(known_by(home, None), KNOWN_ALONE) for home in homes]
    ways += _name_beside(text) + _all_names_but_one(text)
    if within := names_within(text):  # which score by themselves
        ways.append(constant(any_of(within), MORE_TYPOS))
    ids = {end for word in text.words if "|" in word.text for end in _cut_ids(word.text)}
    if ids:
        ways.append(constant({"terms": {"user_id": sorted(ids)}}, KNOWN_ALONE))
    without_provider = " ".join(word.text.lower() for word in text.words if "|" not in word.text)
    if long_ids := sorted(set(_LONG_ID.findall(without_provider))):
        ways.append(constant({"terms": {"search.ids": long_ids}}, KNOWN_ALONE))
    numbers = sorted(filter(is_whole, text.numbers))
    if numbers:
        # A part of it may be the end of anybody's.
        longest = max(numbers, key=len)
        ways.append(constant({"term": {"phone_number": longest}}, KNOWN_ALONE))
        national = sorted(_other_beginnings(longest))
        ways.append(constant({"terms": {"phone_number": national}}, LOGIN))
        ways.append(constant({"terms": {"phone_number": numbers}}, ONE_TYPO))
        # Every end of a number is indexed: this finds a wrong digit with the country's code or not.
        ways.append(constant(_a_digit_off(longest), MORE_TYPOS))
    ends = sorted({end for digits in numbers for end in _other_beginnings(digits)})
    if ends:
        ways.append(constant({"terms": {"phone_number": ends}}, MORE_TYPOS))
    return ways


def _name_beside(text: QueryText) -> list[Query]:
    """A whole name beside an address or id that is nobody's: people write from other addresses."""
    alone = [word for word in text.words if word.is_address or "|" in word.text]
    names = [word for word in text.words if word not in alone and not tells_nobody(word)]
    if not alone or len(names) not in _FULL_NAME:
        return []
    texts = [trimmed(word.text) for word in names]
    whole = [in_names(text) for text in texts]
    begun = [in_names(text, type="bool_prefix") for text in texts]
    return [
        constant({"bool": {"filter": whole}}, ONE_TYPO),
        constant({"bool": {"filter": begun}}, MORE_TYPOS),
    ]


def _all_names_but_one(text: QueryText) -> list[Query]:
    """Where a person's place, company or second name stands with theirs: `Ann Smith Berlin`."""
    names = [
        trimmed(word.text)
        for word in text.words
        if not (tells_nobody(word) or word.letters.lower() in _BETWEEN_NAMES.split())
    ]
    is_of_names = not any(set("@|") & set(name) or is_blankless(name) for name in names)
    if not (are_few(text) and is_of_names and len(names) >= _LEAST_FOR_ONE_MORE):
        return []
    if term_count(" ".join(names)) > _MOST_PARTS:
        return []
    how = {"type": "cross_fields", "fields": _FULL_NAMES, "minimum_should_match": "-1"}
    return [constant(in_names(" ".join(names), **how, operator="or"), MORE_TYPOS)]


def _cut_ids(text: str) -> list[str]:
    """What may be the id of a line of a table, pasted."""
    ends = (mark.start() for mark in _BEHIND_ID.finditer(text))
    return [text[:end] for end in islice(ends, _MOST_MARKS) if "|" in text[:end]]


def _a_digit_off(digits: str) -> Query:
    how = {"value": digits, "fuzziness": 1, "max_expansions": MOST_NUMBERS_TRIED}
    return {"fuzzy": {"phone_number": how}}


def _other_beginnings(digits: str) -> set[str]:
    """Without a country's code, of up to three digits, and the zero that may follow it: as the
    number is written within the country."""
    ends = {digits[length:].lstrip("0") for length in range(1, 4)}
    return set(filter(is_whole, ends))


def forgiven(text: QueryText, place: int, most: int) -> list[Query]:
    """Ways for one of the words. most: terms to try."""
    word = text.words[place]
    ways = _with_typos(word, most, first_letter=are_few(text)) + _joined(text, place)
    if are_few(text):
        ways += _taken_apart(word)
        if called := also_called(word.letters):
            ways += [constant({"terms": {name: called}}, ONE_TYPO) for name in _GIVEN_NAMES]
        if len(text.words) > 1:
            ways += _either_part(word)
        if bare := without_honorific(word.text):
            ways.append(constant(in_names(bare), ONE_TYPO))
        if query := _begun_with_an_error(text, word):
            ways.append(constant(query, MORE_TYPOS))
        ways += _in_other_scripts(word)
        if other := on_the_other_layout(word.text):
            how = {"query": other, "operator": "and"}
            ways.append(constant({"match_bool_prefix": {"name": how}}, MORE_TYPOS))
        if word.site:
            ways.append(constant({"term": {"email.domain": word.site}}, ONE_TYPO))
        if term_count(word.text) in _FULL_NAME and not word.is_address:  # `Smith,Ann`
            ways.append(constant(in_names(word.text, type="cross_fields"), ONE_TYPO))
    return ways


def _either_part(word: Word) -> list[Query]:
    """One of a name's two: people marry, and an Arabic article is written in two ways."""
    parts = [part for part in word.text.split("-") if len(trimmed(part)) >= _LEAST_OF_SURNAME]
    if word.is_address or word.text.count("-") != 1:
        return []
    return [constant(in_names(trimmed(part), fields=_FULL_NAMES), MORE_TYPOS) for part in parts]


def _begun_with_an_error(text: QueryText, word: Word) -> Query | None:
    """Expressions take the engine their time, so that there are none for much text."""
    if len(text.whole) > _LONGEST_MISTYPED:
        return None
    if word.is_address:
        return mistyped_beginning(word.text, _ADDRESSES)
    is_short = term_count(word.text) == 1 and len(word.letters) < _LEAST_OF_TWO
    fields = _FULL_NAMES if is_short else _HYPHENED
    return mistyped_beginning(word.letters, fields)


def _taken_apart(word: Word) -> list[Query]:
    """`A.Smith`, `asmith` and `smitha`, as logins are made, and what stands behind a label:
    `name:smith`, `ACME\\smith`."""
    if word.is_address or "|" in word.text:
        return []
    ways: list[Query] = []
    text = trimmed(word.text)
    behind = trimmed(_LABEL.sub("", text, count=1))
    if behind != text and 0 < term_count(behind) <= _MOST_BEHIND:
        ways.append(constant(in_names(behind), ONE_TYPO))
        ways.append(constant(email_words(behind), ONE_TYPO))
        ways.append(constant(in_names(behind, type="bool_prefix"), MORE_TYPOS))
    parts = [part for part in _BETWEEN_PARTS.split(text) if part]
    if len(parts) in _FULL_NAME:
        begun = [in_names(part, type="bool_prefix", fields=_FULL_NAMES) for part in parts]
        ways.append(constant({"bool": {"filter": begun}}, MORE_TYPOS))
        whole = [in_names(part, fields=_FULL_NAMES) for part in parts if len(part) > 1]
        ways.append(constant({"bool": {"filter": begun + whole}}, ONE_TYPO))
    first, rest = text[:1], text[1:]
    if len(rest) >= _LEAST_OF_SURNAME and term_count(text) == 1 and not is_blankless(text):
        for name, initial in ((rest, first), (text[:-1], text[-1])):
            login = [{"match": {"name": name}}, _begins(initial)]
            ways.append(constant({"bool": {"filter": login}}, LOGIN))
    return ways


def _begins(letter: str) -> Query:
    return {"match_bool_prefix": {"name": letter}}


def _in_other_scripts(word: Word) -> list[Query]:
    """Each part of a name with a hyphen for itself, as the index has them."""
    parts = word.text.split("-")
    if word.is_address or term_count(word.text) != len(parts) or len(parts) > _FULL_NAME[0]:
        return []
    # An address is seldom in any but Latin letters.
    fields = _FULL_NAMES if is_latin(word.letters) else (*_FULL_NAMES, "email")
    ways = [
        [begins_like(f"{pattern}.*", fields) for pattern in otherwise_written(trimmed(part))]
        for part in parts
    ]
    if not all(ways):
        return []
    return [constant({"bool": {"filter": list(map(any_of, ways))}}, ONE_TYPO)]


def _joined(text: QueryText, place: int) -> list[Query]:
    """A word together with its neighbours, or without its own hyphen, as a name may be written; of
    what is being typed, the beginning."""
    ways: list[Query] = []
    words = text.words
    if not are_few(text):
        return ways
    for first in range(max(0, place - 2), place + 1):
        for end in range(place + 1, min(len(words), first + 3) + 1):
            joined = "".join(word.letters for word in words[first:end])
            if term_count(joined) == 1:
                query = in_names(joined, fields=_JOINED, type="bool_prefix")
                ways.append(constant(query, ONE_TYPO))
    return ways


def _with_typos(word: Word, most: int, *, first_letter: bool) -> list[Query]:
    """first_letter: a name's may be wrong too, if nothing else is: it seldom is."""
    if most <= 0 or len(word.text) > _LONGEST_MISTYPED:
        return []
    if word.is_domain:
        handle = constant(in_names(word.text[1:]), ONE_TYPO)
        return [_fuzzy("email.domain", word.text[1:], most), handle]
    if word.is_address:
        ending = word.text.rpartition("@")[2].partition(".")[2]
        cut = cut_or_masked(word.text)
        return [
            *([constant(cut, ONE_TYPO)] if cut else []),
            constant(inner_address(word.text), ONE_TYPO),
            # What stands behind the domain's first dot is what is remembered worst.
            constant(inner_address(word.text.removesuffix(ending)), MORE_TYPOS),
            constant(email_words(word.text, analyzer="id_words"), MORE_TYPOS),
            _fuzzy("email.folded", word.text, most),
            # A character off is nearer than other parts around the same ones.
            _fuzzy("email.folded", word.text, most, score=ONE_TYPO, **_ANOTHER_FIRST_CHARACTER),
            *same_mailbox(word.text),
        ]
    if "|" in word.text and any(map(str.isdigit, word.text)):  # its letters are in no name
        return []
    how = {"prefix_length": 1, "max_expansions": most}
    one = {"fuzziness": "AUTO:3,1000", **how}
    more = {"fuzziness": "AUTO", **how}
    ways = [
        constant(in_names(word.text, **one), ONE_TYPO),
        constant(in_names(word.text, **more), MORE_TYPOS),
        constant({"match": {"email": {"query": word.text, "operator": "and", **more}}}, MORE_TYPOS),
        constant(email_words(word.text, analyzer="id_words"), MORE_TYPOS),
    ]
    if first_letter:
        another = {**ANOTHER_FIRST_LETTER, "max_expansions": most}
        ways.append(constant(in_names(word.text, **another), MORE_TYPOS))
    if other := otherwise_spelt(word.text):
        ways.append(constant(in_names(trimmed(other), type="bool_prefix"), ONE_TYPO))
    beginning = trimmed(word.text).lower()
    if len(beginning) >= _LEAST_OF_ID and any(map(str.isdigit, beginning)):
        # Of an id with hyphens, such as a GUID, the index has each part by itself.
        begun = {"search.ids": {"query": beginning, "operator": "and"}}
        ways.append(constant({"match_bool_prefix": begun}, MORE_TYPOS))
    if is_blankless(word.text):  # as it may be written with blanks, or the names in another order
        ways.append(constant(in_names(" ".join(word.text)), ONE_TYPO))
    return ways


def _fuzzy(field: str, value: str, most: int, *, score: int = MORE_TYPOS, **how: Any) -> Query:
    fuzzy = {"value": value, "fuzziness": "AUTO", "prefix_length": 1, "max_expansions": most, **how}
    return constant({"fuzzy": {field: fuzzy}}, score)
