"""How much a query may try: the engine refuses one of over 1,024 clauses. Pure."""

from typing import Final

from service.search.query_text import QueryText, otherwise_spelt, term_count

# Fewer terms to try for each word of a forgiving search; what is beyond is further off anyway.
_MOST_EXPANSIONS: Final = 50
MOST_NUMBERS_TRIED: Final = 20
"""Phone numbers that are a digit off."""

# Every term tried counts. This is what filters, at most 200, and the frame of the query leave; and
# what a word, one of few, which is joined with others, begun with an error and taken apart, and a
# term take without errors.
_MOST_CLAUSES: Final = 720
_CLAUSES_A_WORD: Final = 14
_CLAUSES_OF_FEW: Final = 60
# Of one of few that has several terms, and is taken apart; and of names beside an address or id.
_CLAUSES_APART: Final = 60
_CLAUSES_BESIDE: Final = 30
_CLAUSES_A_TERM: Final = 17
_CLAUSES_A_SPELLING: Final = 12
_CLAUSES_AN_EXPANSION: Final = 11
_CLAUSES_A_FIRST_LETTER: Final = 5
# Names of more words are seldom typed, and each takes clauses.
_FEW_WORDS: Final = 5


def are_few(text: QueryText) -> bool:
    """Whether there are clauses for the words' neighbours, orders and beginnings."""
    return len(text.words) <= _FEW_WORDS


def expansions(text: QueryText) -> int:
    """Terms to try for each that was typed, so that all of them together aren't too many."""
    terms = max(1, sum(term_count(word.text) for word in text.words))
    a_word = _CLAUSES_A_WORD + (_CLAUSES_OF_FEW if are_few(text) else 0)
    spelt = sum(term_count(word.text) for word in text.words if otherwise_spelt(word.text))
    left = _MOST_CLAUSES - a_word * len(text.words) - _CLAUSES_A_TERM * terms
    left -= _CLAUSES_A_SPELLING * spelt
    if are_few(text):
        left -= _CLAUSES_APART * sum(term_count(word.text) > 1 for word in text.words)
    if any(word.is_address or "|" in word.text for word in text.words):
        left -= _CLAUSES_BESIDE
    each = _CLAUSES_AN_EXPANSION + (_CLAUSES_A_FIRST_LETTER if are_few(text) else 0)
    return min(_MOST_EXPANSIONS, left // (each * terms))
