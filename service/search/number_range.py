"""A regular expression for the JSON numbers on one side of a whole number. Pure.

Metadata's numbers are indexed as text, and text orders 10 before 9. The expression is made here,
from digits alone, and grows with the square of their count at most; no person's text gets into it.
Numbers written with an exponent are not matched.
"""

from typing import Final

_FRACTION: Final = r"(\.[0-9]+)?"
_SOME_FRACTION: Final = r"\.[0-9]*[1-9][0-9]*"
_NO_FRACTION: Final = r"(\.0+)?"
_ANY: Final = f"(0|[1-9][0-9]*){_FRACTION}"


def number_pattern(operator: str, bound: int) -> str:
    """operator: < <= > >=. Matches all numbers x, as JSON writes them, with `x operator bound`."""
    equal = operator in {"<=", ">="}
    if operator[0] == ">":
        if bound >= 0:
            return f"({_above(bound, equal=equal)})"
        return f"({_ANY}|-({_below(-bound, equal=equal)}))"
    if bound > 0:
        return f"(-{_ANY}|{_below(bound, equal=equal)})"
    zero = f"|0{_NO_FRACTION}" if bound == 0 and equal else ""
    return f"(-({_above(-bound, equal=equal)}){zero})"


def _above(bound: int, *, equal: bool) -> str:
    """Numbers from bound up; bound is not negative."""
    digits = str(bound)
    ways = [f"{bound}{_FRACTION if equal else _SOME_FRACTION}"]
    for place, digit in enumerate(digits):
        if digit < "9":
            rest = len(digits) - place - 1
            ways.append(f"{digits[:place]}[{int(digit) + 1}-9]{_any_digits(rest)}{_FRACTION}")
    ways.append(f"[1-9][0-9]{{{len(digits)},}}{_FRACTION}")
    return "|".join(ways)


def _below(bound: int, *, equal: bool) -> str:
    """Numbers from 0 up to bound, which is positive."""
    digits = str(bound)
    ways = [f"{bound}{_NO_FRACTION}"] if equal else []
    for place, digit in enumerate(digits):
        least = 1 if place == 0 and len(digits) > 1 else 0
        if int(digit) > least:
            rest = len(digits) - place - 1
            ways.append(f"{digits[:place]}[{least}-{int(digit) - 1}]{_any_digits(rest)}{_FRACTION}")
    if len(digits) > 1:
        ways.append(f"(0|[1-9][0-9]{{0,{len(digits) - 2}}}){_FRACTION}")
    return "|".join(ways)


def _any_digits(count: int) -> str:
    return f"[0-9]{{{count}}}" if count else ""
