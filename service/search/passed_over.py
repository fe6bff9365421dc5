"""Which of the words that were typed tell nobody, though a person means somebody. Pure.

They are passed over when nobody matches with them. Any other word that tells nobody still finds
nobody: half of what was asked for is no answer.
"""

import re
from typing import Final

from service.search.query_text import QueryText, Word

# Initials are left out where this many words beside them tell who is meant.
_ENOUGH_NAMES: Final = 2
# `Name:` of a form, `"name":` of JSON, the AND of the dashboard's search, `(she/her)` and
# `[External]` of a sender, `1.` of a list.
_ASIDE: Final = re.compile(r"[\"']?\w[^\s:@|]*:|AND|\(.+\)[.,;]?|\[.+\][.,;]?|#\d{1,3}|\d{1,3}[.)]")
# Between names; at an end, it is what somebody wants to be exact about.
_NICKNAME: Final = re.compile(r"""["\u201c\u201e].+["\u201d\u201c]""")


def is_passed_over(text: QueryText, place: int) -> bool:
    """Whether one of the words is none of the user's: a title, the initial of a name that the index
    hasn't, what somebody has (`Ann's account`), or what stands around names where they are copied.
    """
    word = text.words[place]
    if tells_nobody(word):
        return not all(map(tells_nobody, text.words))
    if word.is_initial:
        names = [one for one in text.words if not (tells_nobody(one) or one.is_initial)]
        return len(names) >= _ENOUGH_NAMES
    if 0 < place < len(text.words) - 1 and _NICKNAME.fullmatch(word.text):
        return True
    return place > 0 and text.words[place - 1].owner is not None


def tells_nobody(word: Word) -> bool:
    """Whether it is a title, a label or an aside."""
    return word.is_title or _ASIDE.fullmatch(word.text) is not None
