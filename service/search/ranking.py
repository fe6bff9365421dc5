"""How a user must match what was typed, and how matches rank: the one place that says so. Pure.

Every word must match, in any order: somewhere in a name, in the e-mail, an id or the phone number.
A user's score is a sum of the constants below, so a ranking can be worked out on paper:

- the whole text is the user's id, e-mail address or phone number, or their whole name, whatever
  hyphens, commas and full stops are in it;
- each word counts by its best match: a whole word above a beginning, or its umlauts spelt out or
  not, names above the rest, and the beginning of what can only be a name above what may be an
  address in its place;
- an address being typed counts most for the e-mail that begins so, digits for a number's end;
- a little more when a name is the whole text in another order, or begins with it, or has a word
  for each that was typed, though one begins another (`j jones`), or a number is no longer than it.

Whatever the number of words, one more that matches whole outweighs all that a beginning can add.
Typing errors are looked for only when nobody matches without (`forgiving`); then each word may be
a letter or two off, a beginning a letter off, written together or apart, a beginning in the other
spelling, or an address without its beginning or with another ending, or begin an id, and counts
least; a title needs no match, a number may have another beginning, and one address, id or number is
enough.
"""

import re
from itertools import permutations
from typing import Any, Final

from service.search.clauses import are_few, expansions
from service.search.mistyped_beginning import mistyped_beginning
from service.search.query_text import (
    QueryText,
    Word,
    folded_letters,
    is_blankless,
    otherwise_spelt,
    spellings,
    term_count,
    trimmed,
    written_forms,
)

Query = dict[str, Any]

WHOLE_ID: Final = 1024
WHOLE_NAME: Final = 512
NAME_WORD: Final = 32
OTHER_WORD: Final = 28
NAME_BEGINNING: Final = 12
NAME_OR_ADDRESS_BEGINNING: Final = 11
OTHER_SPELLING: Final = 12
NUMBER_END: Final = 10
OTHER_BEGINNING: Final = 8
NAME_IN_ANOTHER_ORDER: Final = 6
NAME_BEGINS_WITH_ALL: Final = 4
EACH_IN_ITS_OWN_WORD: Final = 4
NUMBER_TO_THE_DIGIT: Final = 4
ONE_TYPO: Final = 2
MORE_TYPOS: Final = 1

NAMES: Final = ("name", "given_name", "family_name", "nickname", "username")
# A digit sequence as long as this is no year, floor or house number.
_WHOLE_NUMBER_DIGITS: Final = 7
# What is shorter begins too many ids by chance.
_LEAST_OF_ID: Final = 8
# Where there is no name, Auth0 puts the address: everybody at gmail.com has one that begins with g.
_NAMES_BUT_ONE: Final = NAMES[1:]
_FULL_NAME: Final = (2, 3)
# As the mapping has it.
_LONGEST_INDEXED_BEGINNING: Final = 2
_JOINED: Final = ("name", "family_name", "name.joined")
_ADDRESSES: Final = ("email.folded",)
_FULL_NAMES: Final = ("name", "given_name", "family_name")
# Of three letters, with another first one, too much else is made.
ANOTHER_FIRST_LETTER: Final = {"fuzziness": "AUTO:4,1000", "prefix_length": 0}
# No name is longer; an address can be, but what is compared letter by letter takes its time.
_LONGEST_MISTYPED: Final = 64


def matching(text: QueryText, *, forgiving: bool = False) -> Query:
    """A query that scores. forgiving: words may have typing errors."""
    if not text.words:
        return {"bool": {"must": [_constant(_known_by(text.whole, None), WHOLE_ID)]}}
    most = expansions(text) if forgiving else 0
    words = [
        _word(word, _forgiven(text, place, most) if forgiving else [])
        for place, word in enumerate(text.words)
        if not (forgiving and word.is_title and _is_more_than_titles(text))
    ]
    # What stands in the document as typed matches, whatever words its field is indexed by.
    ways = [{"bool": {"must": words}}, _constant(_known_by(text.whole, text.digits), 0)]
    if text.digits is not None and len(text.words) > 1:
        ways += _phone(text.digits)
    if forgiving:
        ways += _enough_alone(text)
    return {"bool": {"must": [{"dis_max": {"queries": ways}}], "should": _bonuses(text)}}


def _known_by(whole: str, digits: str | None) -> Query:
    fields = ("user_id", "email.folded", "identities.user_id", "phone_number.keyword")
    ids: list[Query] = [{"terms": {field: written_forms(whole)}} for field in fields]
    if _is_whole(digits):
        ids.append({"term": {"phone_number": digits}})
    provider, bar, identity = whole.partition("|")
    if bar:  # of an account that was linked to another
        parts = {"identities.provider": provider, "identities.user_id": identity}
        ids.append({"bool": {"filter": [{"term": {field: part}} for field, part in parts.items()]}})
    return _any_of(ids)


def _enough_alone(text: QueryText) -> list[Query]:
    """What tells a user whatever stands beside it: a label, or another name for the same person."""
    ways = [
        _constant(_known_by(word.text, word.digits), ONE_TYPO)
        for word in text.words
        if word.is_address or "|" in word.text
    ]
    numbers = sorted(filter(_is_whole, text.numbers))
    if numbers:
        ways.append(_constant({"terms": {"phone_number": numbers}}, ONE_TYPO))
    ends = sorted({end for digits in numbers for end in _other_beginnings(digits)})
    if ends:
        ways.append(_constant({"terms": {"phone_number": ends}}, MORE_TYPOS))
    return ways


def _is_whole(digits: str | None) -> bool:
    return digits is not None and len(digits) >= _WHOLE_NUMBER_DIGITS


def _other_beginnings(digits: str) -> set[str]:
    """Without a country's code, of up to three digits, and the zero that may follow it: as the
    number is written within the country."""
    ends = {digits[length:].lstrip("0") for length in range(1, 4)}
    return set(filter(_is_whole, ends))


def _bonuses(text: QueryText) -> list[Query]:
    whole = text.whole
    words = [trimmed(word.text) for word in text.words]
    names = [{"terms": {f"{name}.folded": [whole, trimmed(whole)]}} for name in NAMES]
    names.append({"terms": {"name.folded": spellings(words)}})
    turned: list[Query] = []
    for at in range(1, len(words)):
        first, last = words[:at], words[at:]
        orders = [comma.join((" ".join(last), " ".join(first))) for comma in (" ", ", ")]
        turned.append({"terms": {"name.folded": orders}})
        if are_few(text):
            names.append(_given_and_family(first, last))
            turned.append(_given_and_family(last, first))
    bonuses = [
        _constant(_known_by(whole, text.digits), WHOLE_ID),
        _constant(_any_of(names), WHOLE_NAME),
    ]
    if turned:
        bonuses.append(_constant(_any_of(turned), NAME_IN_ANOTHER_ORDER))
    if len(words) in _FULL_NAME and _one_begins_another(words):
        bonuses.append(_constant(_any_of(_each_in_its_own_word(words)), EACH_IN_ITS_OWN_WORD))
    if len(whole) > 1:  # everybody beginning with one letter: no information, much work
        bonuses.append(_constant({"prefix": {"name.folded": whole}}, NAME_BEGINS_WITH_ALL))
    if text.digits is not None:  # numbers that only end so have matched as much till here
        exact = [whole, text.digits, f"+{text.digits}"]
        bonuses.append(_constant({"terms": {"phone_number.keyword": exact}}, NUMBER_TO_THE_DIGIT))
    return bonuses


def _given_and_family(given: list[str], family: list[str]) -> Query:
    """A whole name, of those whose `name` is none: Auth0 puts the address there."""
    parts = [
        {"terms": {"given_name.folded": spellings(given)}},
        {"terms": {"family_name.folded": spellings(family)}},
    ]
    return {"bool": {"filter": parts}}


def _one_begins_another(words: list[str]) -> bool:
    return any(
        part.startswith(one) and part != one
        for one, other in permutations(map(folded_letters, words), 2)
        for part in re.split(r"[\W_]+", other)
    )


def _each_in_its_own_word(words: list[str]) -> list[Query]:
    """Not `J` and `Jones` both in the `Jones` of `Ann Jones`."""
    # Longer beginnings may be of more words than the engine counts for this.
    short = [len(word) <= _LONGEST_INDEXED_BEGINNING for word in words]
    if any(short):
        apart = [
            {"prefix": {"prefix": word}} if is_short else {"match": {"query": word}}
            for word, is_short in zip(words, short, strict=True)
        ]
        how = {"mode": "unordered_no_overlap", "intervals": apart}
        return [{"intervals": {"name": {"all_of": how}}}]
    ways: list[Query] = []
    for at in range(1, len(words)):
        halves = " ".join(words[:at]), " ".join(words[at:])
        for given, family in permutations(halves):
            begin = [
                _begins(part, name)
                for name, part in (("given_name", given), ("family_name", family))
            ]
            ways.append({"bool": {"filter": begin}})
    return ways


def _word(word: Word, forgiven: list[Query]) -> Query:
    """forgiven: ways to match it otherwise than as typed."""
    if word.is_domain:
        ways = _domain(word.text[1:])
    elif word.is_address:
        ways = _address(word.text)
    else:
        ways = _anywhere(word)
    return {"dis_max": {"queries": ways + forgiven}}


def _domain(domain: str) -> list[Query]:
    return [
        _constant({"term": {"email.domain": domain}}, OTHER_WORD),
        _constant({"prefix": {"email.domain": domain}}, OTHER_BEGINNING),
    ]


def _address(address: str) -> list[Query]:
    ways = [
        _constant({"term": {"email.folded": address}}, OTHER_WORD),
        _constant({"prefix": {"email.folded": address}}, NAME_BEGINNING),
    ]
    # Some user names and ids are addresses; their words alone, in any order, say less.
    beginnings = [{"prefix": {f"{name}.folded": address}} for name in NAMES]
    return [
        *ways,
        _constant(in_names(address), OTHER_BEGINNING),
        _constant(_any_of(beginnings), NAME_BEGINNING),
        *_ids(address, words=OTHER_BEGINNING),
    ]


def _anywhere(word: Word) -> list[Query]:
    text = trimmed(word.text)
    ways = [
        _constant(in_names(text), NAME_WORD),
        _constant(in_names(text, type="bool_prefix", fields=_NAMES_BUT_ONE), NAME_BEGINNING),
        _constant(_begins(text, "name"), NAME_OR_ADDRESS_BEGINNING),
        _constant(_email_words(text), OTHER_WORD),
        _constant(_begins(text, "email"), OTHER_BEGINNING),
        *_ids(word.text),
    ]
    other = otherwise_spelt(text)
    if other and term_count(text) == 1:  # of a term of each word there are few enough
        ways.append(_constant(in_names(other), OTHER_SPELLING))
    if term_count(word.letters) == 1:
        joined = {"query": word.letters, "operator": "and"}
        ways.append(_constant({"match": {"name.joined": joined}}, OTHER_BEGINNING))
    return ways + _phone(word.digits) if word.digits is not None else ways


def _begins(text: str, field: str) -> Query:
    return {"match_bool_prefix": {field: {"query": text, "operator": "and"}}}


def in_names(text: str, **how: Any) -> Query:
    """All words of a text in one of the names. how: of `multi_match`, or other fields."""
    return {"multi_match": {"query": text, "fields": list(NAMES), "operator": "and", **how}}


def _email_words(text: str, **how: Any) -> Query:
    return {"match": {"email": {"query": text, "operator": "and", **how}}}


def _ids(text: str, *, words: int = OTHER_WORD) -> list[Query]:
    queries = [
        _constant({"match": {"search.ids": {"query": text, "operator": "and"}}}, words),
        _constant({"term": {"identities.user_id": text}}, OTHER_WORD),
    ]
    if "|" in text:
        beginning = {"value": text, "case_insensitive": True}
        queries.append(_constant({"prefix": {"user_id": beginning}}, OTHER_BEGINNING))
    return queries


def _phone(digits: str) -> list[Query]:
    """By the number's end; or anywhere in it, since its every end is indexed."""
    end = OTHER_WORD if len(digits) >= _WHOLE_NUMBER_DIGITS else NUMBER_END
    return [
        _constant({"term": {"phone_number": digits}}, end),
        _constant({"prefix": {"phone_number": digits}}, OTHER_BEGINNING),
    ]


def _is_more_than_titles(text: QueryText) -> bool:
    return not all(word.is_title for word in text.words)


def _forgiven(text: QueryText, place: int, most: int) -> list[Query]:
    """most: terms to try."""
    word = text.words[place]
    ways = _with_typos(word, most, first_letter=are_few(text)) + _joined(text, place)
    if are_few(text):
        if query := _begun_with_an_error(text, word):
            ways.append(_constant(query, MORE_TYPOS))
        if word.site:
            ways.append(_constant({"term": {"email.domain": word.site}}, ONE_TYPO))
        if term_count(word.text) in _FULL_NAME and not word.is_address:  # `Smith,Ann`
            ways.append(_constant(in_names(word.text, type="cross_fields"), ONE_TYPO))
    return ways


def _begun_with_an_error(text: QueryText, word: Word) -> Query | None:
    """Expressions take the engine their time, so that there are none for much text."""
    if len(text.whole) > _LONGEST_MISTYPED:
        return None
    typed, fields = (word.text, _ADDRESSES) if word.is_address else (word.letters, _FULL_NAMES)
    return mistyped_beginning(typed, fields)


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
                ways.append(_constant(query, ONE_TYPO))
    return ways


def _inner_address(address: str) -> Query:
    """From the middle of an address on: `smith@ac` of ann.smith@acme.com."""
    local, _, domain = address.rpartition("@")
    ends = [{"prefix": {"email.domain": domain}}] if domain else []
    return {"bool": {"must": [_email_words(local), *ends]}}


def _with_typos(word: Word, most: int, *, first_letter: bool) -> list[Query]:
    """first_letter: a name's may be wrong too, if nothing else is: it seldom is."""
    if most <= 0 or len(word.text) > _LONGEST_MISTYPED:
        return []
    if word.is_domain:
        handle = _constant(in_names(word.text[1:]), ONE_TYPO)
        return [_fuzzy("email.domain", word.text[1:], most), handle]
    if word.is_address:
        ending = word.text.rpartition("@")[2].partition(".")[2]
        return [
            _constant(_inner_address(word.text), ONE_TYPO),
            # What stands behind the domain's first dot is what is remembered worst.
            _constant(_inner_address(word.text.removesuffix(ending)), MORE_TYPOS),
            _constant(_email_words(word.text, analyzer="id_words"), MORE_TYPOS),
            _fuzzy("email.folded", word.text, most),
        ]
    how = {"prefix_length": 1, "max_expansions": most}
    one = {"fuzziness": "AUTO:3,1000", **how}
    more = {"fuzziness": "AUTO", **how}
    ways = [
        _constant(in_names(word.text, **one), ONE_TYPO),
        _constant(in_names(word.text, **more), MORE_TYPOS),
        _constant(
            {"match": {"email": {"query": word.text, "operator": "and", **more}}}, MORE_TYPOS
        ),
        _constant(_email_words(word.text, analyzer="id_words"), MORE_TYPOS),
    ]
    if first_letter:
        another = {**ANOTHER_FIRST_LETTER, "max_expansions": most}
        ways.append(_constant(in_names(word.text, **another), MORE_TYPOS))
    if other := otherwise_spelt(word.text):
        ways.append(_constant(in_names(trimmed(other), type="bool_prefix"), ONE_TYPO))
    beginning = trimmed(word.text).lower()
    if len(beginning) >= _LEAST_OF_ID and any(map(str.isdigit, beginning)):
        ways.append(_constant({"prefix": {"search.ids": beginning}}, MORE_TYPOS))
    if is_blankless(word.text):  # as it may be written with blanks, or the names in another order
        ways.append(_constant(in_names(" ".join(word.text)), ONE_TYPO))
    return ways


def _fuzzy(field: str, value: str, most: int) -> Query:
    return _constant(
        {
            "fuzzy": {
                field: {
                    "value": value,
                    "fuzziness": "AUTO",
                    "prefix_length": 1,
                    "max_expansions": most,
                }
            }
        },
        MORE_TYPOS,
    )


def _any_of(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries}}


def _constant(query: Query, score: int) -> Query:
    return {"constant_score": {"filter": query, "boost": score}}
