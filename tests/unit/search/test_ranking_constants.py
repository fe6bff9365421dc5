"""The constants keep the promise of the ranking, whatever is typed."""

from service.search import forgiving, mistaken_address, names_within, ranking
from service.search.query_text import MAX_WORDS


def test_one_more_whole_word_outweighs_all_that_beginnings_can_add() -> None:
    least_gain = ranking.OTHER_WORD - ranking.NAME_BEGINNING
    assert least_gain > ranking.NAME_BEGINS_WITH_ALL + ranking.EACH_IN_ITS_OWN_WORD
    assert ranking.OTHER_BEGINNING > forgiving.KNOWN_ALONE > mistaken_address.SAME_MAILBOX
    assert mistaken_address.SAME_MAILBOX > forgiving.LOGIN
    assert forgiving.LOGIN > forgiving.ONE_TYPO > forgiving.MORE_TYPOS


def test_the_whole_outweighs_its_words() -> None:
    least = ranking.NAME_IN_ANOTHER_ORDER
    assert least > ranking.NAME_BEGINS_WITH_ALL
    bonuses = ranking.NAME_BEGINS_WITH_ALL + ranking.EACH_IN_ITS_OWN_WORD + least
    most_of_words = MAX_WORDS * ranking.NAME_WORD + bonuses
    assert most_of_words < ranking.WHOLE_NAME
    assert most_of_words + ranking.WHOLE_NAME < ranking.WHOLE_ID


def test_an_address_or_id_tells_more_than_a_name_among_other_words() -> None:
    assert names_within.MOST_WORDS + forgiving.MORE_TYPOS < forgiving.KNOWN_ALONE
    assert names_within.MOST_WORDS < ranking.NAME_IN_ANOTHER_ORDER
