"""What was typed with the keyboard set to the other language: `bdfyjd` for Иванов. Pure."""

from typing import Final

_LATIN: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_CYRILLIC: Final = str.maketrans(_LATIN, _CYRILLIC)
_UKRAINIAN: Final = "іїє"
_TO_LATIN: Final = str.maketrans(_CYRILLIC + _UKRAINIAN, _LATIN + "s]'")
_LEAST_CHARS: Final = 3


def on_the_other_layout(typed: str) -> str | None:
    """The same keys on a Russian keyboard, or of one on a Latin; None for what is of neither, or of
    too few letters."""
    lower = typed.lower()
    if len(lower) < _LEAST_CHARS:
        return None
    for letters, table in ((_LATIN, _TO_CYRILLIC), (_CYRILLIC + _UKRAINIAN, _TO_LATIN)):
        if set(lower) <= set(letters):
            return lower.translate(table)
    return None
