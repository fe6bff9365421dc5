"""How a user must match what was typed, and how matches rank: the one place that says so. Pure.

Every word must match, in any order: somewhere in a name, in the e-mail, an id or the phone number.
A user's score is a sum of the constants below and in `forgiving`, so it can be worked out on paper:

- the whole text is the user's id, e-mail address or phone number, or their whole name, whatever
  hyphens, commas and full stops are in it;
- each word counts by its best match: a whole word (of an e-mail, one that is longer than a
  country's code) above a beginning, or its umlauts spelt out or not, names above the rest, and the
  beginning of what can only be a name above what may be an address in its place;
- an address being typed counts most for the e-mail that begins so, digits for a number's end;
- a little more when a name is the whole text in another order or stands in it as a whole, or begins
  with it, or has a word for each that was typed, though one begins another (`j jones`), or a number
  is no longer than it.

Whatever the number of words, one more that matches whole outweighs all that a beginning can add.
Typing errors are looked for only when nobody matches without (`forgiving`); then each word may be a
letter or two off, a beginning a letter off, written together or apart, a beginning in the other
spelling, in another script or on another keyboard, a name for short (`Bob`), or an address without
its beginning, masked or with another ending or tag, or begin an id, and counts least; a title, an
initial, a label, a company's form or what is behind a possessive needs no match, nor does one of
three names or more, a number may have another beginning or be a digit off, and one address, id or
number is enough, or a whole name among other words, or the name beside an address or id that is
nobody's.
"""

import re
from itertools import permutations
from typing import Final

from service.search.clauses import are_few, expansions
from service.search.forgiving import enough_alone, forgiven
from service.search.names_within import names_within
from service.search.passed_over import is_passed_over
from service.search.phone_number import is_whole
from service.search.queries import (
    NAMES,
    Query,
    any_of,
    constant,
    email_words,
    in_names,
    known_by,
)
from service.search.query_text import (
    QueryText,
    Word,
    folded_letters,
    otherwise_spelt,
    spellings,
    term_count,
    trimmed,
)

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

# Where there is no name, Auth0 puts the address: everybody at gmail.com has one that begins with g.
_NAMES_BUT_ONE: Final = NAMES[1:]
_FULL_NAME: Final = (2, 3)
# The `de` of `van der` would be everybody's at acme.de while it is typed.
_LONGEST_COUNTRY: Final = 2
# As the mapping has it.
_LONGEST_INDEXED_BEGINNING: Final = 2


def matching(text: QueryText, *, forgiving: bool = False) -> Query:
    """A query that scores. forgiving: words may have typing errors."""
    if not text.words:
        return {"bool": {"must": [constant(known_by(text.whole, None), WHOLE_ID)]}}
    most = expansions(text) if forgiving else 0
    words = [
        _word(word, forgiven(text, place, most) if forgiving else [])
        for place, word in enumerate(text.words)
        if not (forgiving and is_passed_over(text, place))
    ]
    # What stands in the document as typed matches, whatever words its field is indexed by.
    ways = [{"bool": {"must": words}}, constant(known_by(text.whole, text.digits), 0)]
    if text.digits is not None and len(text.words) > 1:
        ways += _phone(text.digits)
    if forgiving:
        ways += enough_alone(text)
    bonuses = _bonuses(text, forgiving=forgiving)
    return {"bool": {"must": [{"dis_max": {"queries": ways}}], "should": bonuses}}


def _bonuses(text: QueryText, *, forgiving: bool) -> list[Query]:
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
    # The best of them, or who is called `Smith, Ann` would stand above Ann Smith for being two.
    whole_names = [constant(any_of(names), WHOLE_NAME)]
    if forgiving or are_few(text):  # nobody matches many words but by them
        whole_names += names_within(text)
    if turned:
        whole_names.append(constant(any_of(turned), NAME_IN_ANOTHER_ORDER))
    bonuses = [
        constant(known_by(whole, text.digits), WHOLE_ID),
        {"dis_max": {"queries": whole_names}},
    ]
    if len(words) in _FULL_NAME and _one_begins_another(words):
        bonuses.append(constant(any_of(_each_in_its_own_word(words)), EACH_IN_ITS_OWN_WORD))
    if len(whole) > 1:  # everybody beginning with one letter: no information, much work
        bonuses.append(constant({"prefix": {"name.folded": whole}}, NAME_BEGINS_WITH_ALL))
    if text.digits is not None:  # numbers that only end so have matched as much till here
        exact = [whole, text.digits, f"+{text.digits}"]
        bonuses.append(constant({"terms": {"phone_number.keyword": exact}}, NUMBER_TO_THE_DIGIT))
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


def _word(word: Word, others: list[Query]) -> Query:
    """others: ways to match it otherwise than as typed."""
    if word.is_domain:
        ways = _domain(word.text[1:])
    elif word.is_address:
        ways = _address(word.text)
    else:
        ways = _anywhere(word)
    return {"dis_max": {"queries": ways + others}}


def _domain(domain: str) -> list[Query]:
    return [
        constant({"term": {"email.domain": domain}}, OTHER_WORD),
        constant({"prefix": {"email.domain": domain}}, OTHER_BEGINNING),
    ]


def _address(address: str) -> list[Query]:
    ways = [
        constant({"term": {"email.folded": address}}, OTHER_WORD),
        constant({"prefix": {"email.folded": address}}, NAME_BEGINNING),
    ]
    # Some user names and ids are addresses; their words alone, in any order, say less.
    beginnings = [{"prefix": {f"{name}.folded": address}} for name in NAMES]
    return [
        *ways,
        constant(in_names(address), OTHER_BEGINNING),
        constant(any_of(beginnings), NAME_BEGINNING),
        *_ids(address, words=OTHER_BEGINNING),
    ]


def _anywhere(word: Word) -> list[Query]:
    text = trimmed(word.text)
    may_be_country = len(text) <= _LONGEST_COUNTRY
    ways = [
        constant(in_names(text), NAME_WORD),
        constant(in_names(text, type="bool_prefix", fields=_NAMES_BUT_ONE), NAME_BEGINNING),
        constant(_begins(text, "name"), NAME_OR_ADDRESS_BEGINNING),
        constant(email_words(text), OTHER_BEGINNING if may_be_country else OTHER_WORD),
        constant(_begins(text, "email"), OTHER_BEGINNING),
        *_ids(word.text),
    ]
    other = otherwise_spelt(text)
    if other and term_count(text) == 1:  # of a term of each word there are few enough
        ways.append(constant(in_names(other), OTHER_SPELLING))
    if word.owner:
        ways.append(constant(in_names(word.owner), OTHER_SPELLING))
    if term_count(word.letters) == 1:
        joined = {"query": word.letters, "operator": "and"}
        ways.append(constant({"match": {"name.joined": joined}}, OTHER_BEGINNING))
    return ways + _phone(word.digits) if word.digits is not None else ways


def _begins(text: str, field: str) -> Query:
    return {"match_bool_prefix": {field: {"query": text, "operator": "and"}}}


def _ids(text: str, *, words: int = OTHER_WORD) -> list[Query]:
    queries = [
        constant({"match": {"search.ids": {"query": text, "operator": "and"}}}, words),
        constant({"term": {"identities.user_id": text}}, OTHER_WORD),
    ]
    if "|" in text:
        beginning = {"value": text, "case_insensitive": True}
        queries.append(constant({"prefix": {"user_id": beginning}}, OTHER_BEGINNING))
    return queries


def _phone(digits: str) -> list[Query]:
    """By the number's end; or anywhere in it, since its every end is indexed."""
    end = OTHER_WORD if is_whole(digits) else NUMBER_END
    return [
        constant({"term": {"phone_number": digits}}, end),
        constant({"prefix": {"phone_number": digits}}, OTHER_BEGINNING),
    ]
