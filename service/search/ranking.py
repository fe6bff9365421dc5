"""How a user must match what was typed, and how matches rank: the one place that says so. Pure.

Every word must match, in any order: somewhere in a name, in the e-mail, an id or the phone number.
A user's score is a sum of the constants below, so a ranking can be worked out on paper:

- the whole text is the user's id, e-mail address or phone number, or their whole name;
- each word counts by its best match: a whole word above a beginning, names above the rest;
- an address being typed counts most for the e-mail that begins so, digits for a number's end;
- a little more when a name begins with the whole text, or a phone number is no longer than it.

Whatever the number of words, one more that matches whole outweighs all that a beginning can add.
Typing errors are looked for only when nobody matches without (`forgiving`); then each word may be
a letter or two off, or an address without its beginning, and counts least.
"""

from typing import Any, Final

from service.search.query_text import QueryText, Word, is_blankless, term_count

Query = dict[str, Any]

WHOLE_ID: Final = 1024
WHOLE_NAME: Final = 512
NAME_WORD: Final = 32
OTHER_WORD: Final = 28
NAME_BEGINNING: Final = 12
NUMBER_END: Final = 10
OTHER_BEGINNING: Final = 8
NAME_BEGINS_WITH_ALL: Final = 4
NUMBER_TO_THE_DIGIT: Final = 4
ONE_TYPO: Final = 2
MORE_TYPOS: Final = 1

NAMES: Final = ("name", "given_name", "family_name", "nickname", "username")
# A digit sequence as long as this is no year, floor or house number.
_WHOLE_NUMBER_DIGITS: Final = 7
# Fewer terms to try for each word of a forgiving search; what is beyond is further off anyway.
_MOST_EXPANSIONS: Final = 50
# The engine refuses a query of over 1,024 clauses, every term tried counted. This is what filters,
# at most 200, and the frame of the query leave; and what a word and a term take without errors.
_MOST_CLAUSES: Final = 780
_CLAUSES_A_WORD: Final = 6
_CLAUSES_A_TERM: Final = 17
_CLAUSES_AN_EXPANSION: Final = 11
# No name is longer; an address can be, but what is compared letter by letter takes its time.
_LONGEST_MISTYPED: Final = 64


def matching(text: QueryText, *, forgiving: bool = False) -> Query:
    """A query that scores. forgiving: words may have typing errors."""
    expansions = _expansions(text) if forgiving else 0
    words = {"bool": {"must": [_word(word, expansions) for word in text.words]}}
    # What stands in the document as typed matches, whatever words its field is indexed by.
    ways = [words, _constant(_known_by(text), 0)]
    if text.digits is not None and len(text.words) > 1:
        ways += _phone(text.digits)
    return {"bool": {"must": [{"dis_max": {"queries": ways}}], "should": _bonuses(text)}}


def _known_by(text: QueryText) -> Query:
    whole = text.whole
    ids: list[Query] = [
        {"term": {"user_id": whole}},
        {"term": {"email.folded": whole}},
        {"term": {"identities.user_id": whole}},
        {"term": {"phone_number.keyword": whole}},
    ]
    if text.digits is not None and len(text.digits) >= _WHOLE_NUMBER_DIGITS:
        ids.append({"term": {"phone_number": text.digits}})
    return _any_of(ids)


def _expansions(text: QueryText) -> int:
    """Terms to try for each that was typed, so that all of them together aren't too many."""
    terms = max(1, sum(term_count(word.text) for word in text.words))
    left = _MOST_CLAUSES - _CLAUSES_A_WORD * len(text.words) - _CLAUSES_A_TERM * terms
    return min(_MOST_EXPANSIONS, left // (_CLAUSES_AN_EXPANSION * terms))


def _bonuses(text: QueryText) -> list[Query]:
    whole = text.whole
    bonuses = [
        _constant(_known_by(text), WHOLE_ID),
        _constant(_any_of([{"term": {f"{name}.folded": whole}} for name in NAMES]), WHOLE_NAME),
    ]
    if len(whole) > 1:  # everybody beginning with one letter: no information, much work
        bonuses.append(_constant({"prefix": {"name.folded": whole}}, NAME_BEGINS_WITH_ALL))
    if text.digits is not None:  # numbers that only end so have matched as much till here
        exact = [whole, text.digits, f"+{text.digits}"]
        bonuses.append(_constant({"terms": {"phone_number.keyword": exact}}, NUMBER_TO_THE_DIGIT))
    return bonuses


def _word(word: Word, expansions: int) -> Query:
    """expansions: terms to try for typing errors; none: as typed."""
    if word.is_domain:
        ways = _domain(word.text[1:])
    elif word.is_address:
        ways = _address(word.text)
    else:
        ways = _anywhere(word)
    if expansions > 0:
        ways += _with_typos(word, expansions)
    return {"dis_max": {"queries": ways}}


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
        _constant(_names(address), OTHER_BEGINNING),
        _constant(_any_of(beginnings), NAME_BEGINNING),
        *_ids(address, words=OTHER_BEGINNING),
    ]


def _anywhere(word: Word) -> list[Query]:
    text = word.text
    ways = [
        _constant(_names(text), NAME_WORD),
        _constant(_names(text, type="bool_prefix"), NAME_BEGINNING),
        _constant(_email_words(text), OTHER_WORD),
        _constant(
            {"match_bool_prefix": {"email": {"query": text, "operator": "and"}}}, OTHER_BEGINNING
        ),
        *_ids(text),
    ]
    return ways + _phone(word.digits) if word.digits is not None else ways


def _names(text: str, **how: Any) -> Query:
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


def _inner_address(address: str) -> Query:
    """From the middle of an address on: `smith@ac` of ann.smith@acme.com."""
    local, _, domain = address.rpartition("@")
    ends = [{"prefix": {"email.domain": domain}}] if domain else []
    return {"bool": {"must": [_email_words(local), *ends]}}


def _with_typos(word: Word, expansions: int) -> list[Query]:
    """The first letter is trusted: it is seldom wrong, and narrows what must be tried."""
    if len(word.text) > _LONGEST_MISTYPED:
        return []
    if word.is_domain:
        return [_fuzzy("email.domain", word.text[1:], expansions)]
    if word.is_address:
        return [
            _constant(_inner_address(word.text), ONE_TYPO),
            _constant(_email_words(word.text, analyzer="id_words"), MORE_TYPOS),
            _fuzzy("email.folded", word.text, expansions),
        ]
    how = {"prefix_length": 1, "max_expansions": expansions}
    one = {"fuzziness": "AUTO:3,1000", **how}
    more = {"fuzziness": "AUTO", **how}
    ways = [
        _constant(_names(word.text, **one), ONE_TYPO),
        _constant(_names(word.text, **more), MORE_TYPOS),
        _constant(
            {"match": {"email": {"query": word.text, "operator": "and", **more}}}, MORE_TYPOS
        ),
        _constant(_email_words(word.text, analyzer="id_words"), MORE_TYPOS),
    ]
    if is_blankless(word.text):  # as it may be written with blanks, or the names in another order
        ways.append(_constant(_names(" ".join(word.text)), ONE_TYPO))
    return ways


def _fuzzy(field: str, value: str, expansions: int) -> Query:
    return _constant(
        {
            "fuzzy": {
                field: {
                    "value": value,
                    "fuzziness": "AUTO",
                    "prefix_length": 1,
                    "max_expansions": expansions,
                }
            }
        },
        MORE_TYPOS,
    )


def _any_of(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries}}


def _constant(query: Query, score: int) -> Query:
    return {"constant_score": {"filter": query, "boost": score}}
