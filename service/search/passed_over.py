"""Which of the words that were typed tell nobody, though a person means somebody. Pure.

They are passed over when nobody matches with them. Any other word that tells nobody still finds
nobody: half of what was asked for is no answer.
"""

import re
from typing import Final

from service.search.query_text import QueryText, Word, is_blankless

# Initials and companies' forms are left out where this many words beside them tell who is meant.
_ENOUGH_NAMES: Final = 2
# `Name:` of a form, `"name":` of JSON, the AND of the dashboard's search, `(she/her)` and
# `[External]` of a sender, `1.` of a list.
_ASIDE: Final = re.compile(r"[\"']?\w[^\s:@|]*:|AND|\(.+\)[.,;]?|\[.+\][.,;]?|#\d{1,3}|\d{1,3}[.)]")
_NAME_LABEL: Final = re.compile("name:", re.IGNORECASE)
_BEFORE_NAME_LABEL: Final = "first last given family full middle user"
# What stands with a company, and is in no name.
_OF_COMPANY: Final = "gmbh ltd inc llc llp plc corp sarl srl from at bei via chez"
# Written behind a name without a blank, in mails always.
_HONORIFICS: Final = ("様", "さま", "さん", "先生", "女士", "小姐", "님", "씨")
# Between names; at an end, it is what somebody wants to be exact about.
_NICKNAME: Final = re.compile(r"""["\u201c\u201e].+["\u201d\u201c]""")


def is_passed_over(text: QueryText, place: int) -> bool:
    """Whether one of the words is none of the user's: a title, the initial of a name that the index
    hasn't, what somebody has (`Ann's account`), or what stands around names where they are copied.
    """
    word = text.words[place]
    following = text.words[place + 1].text if place + 1 < len(text.words) else ""
    if tells_nobody(word):
        # `[10:42] Ann Smith:` of a chat ends with a name; a form's last field may be empty.
        labels = [one for one in text.words if one.text.endswith(":")]
        is_speaker = not following and labels == [word]
        return not (is_speaker or all(map(tells_nobody, text.words)))
    if _is_aside(word):
        names = [one for one in text.words if not (tells_nobody(one) or _is_aside(one))]
        return len(names) >= _ENOUGH_NAMES
    if _NAME_LABEL.match(following) and word.letters.lower() in _BEFORE_NAME_LABEL.split():
        return True
    if 0 < place < len(text.words) - 1 and _NICKNAME.fullmatch(word.text):
        return True
    return place > 0 and text.words[place - 1].owner is not None


def _is_aside(word: Word) -> bool:
    return word.is_initial or word.letters.lower() in _OF_COMPANY.split()


def tells_nobody(word: Word) -> bool:
    """Whether it is a title, a label or an aside."""
    return word.is_title or _ASIDE.fullmatch(word.text) is not None


def without_honorific(text: str) -> str | None:
    """山本 of 山本様; None without one."""
    bare = next((text.removesuffix(one) for one in _HONORIFICS if text.endswith(one)), "")
    return bare if bare and is_blankless(bare) else None
