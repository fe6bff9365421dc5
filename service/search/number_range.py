"""A regular expression for the JSON numbers on one side of a decimal number. Pure.

Metadata's numbers are indexed as text, and text orders 10 before 9. The expression is made here,
from digits alone, and grows with the square of their count at most; no person's text gets into it.
Numbers written with an exponent are not matched.
"""

from decimal import Decimal
from typing import Final

_FRACTION: Final = r"(\.[0-9]+)?"
_ANY: Final = f"(0|[1-9][0-9]*){_FRACTION}"


def number_pattern(operator: str, bound: Decimal) -> str:
    """operator: < <= > >=. Matches all numbers x, as JSON writes them, with `x operator bound`."""
    equal = operator in {"<=", ">="}
    digits, _, decimals = format(bound.copy_abs(), "f").partition(".")
    whole, decimals = digits.lstrip("0") or "0", decimals.rstrip("0")
    if operator[0] == ">":
        if bound >= 0:
            return f"({_above(whole, decimals, equal=equal)})"
        return f"({_ANY}|-({_below(whole, decimals, equal=equal)}))"
    if bound > 0:
        return f"(-{_ANY}|{_below(whole, decimals, equal=equal)})"
    zero = r"|0(\.0+)?" if bound == 0 and equal else ""
    return f"(-({_above(whole, decimals, equal=equal)}){zero})"


def _above(whole: str, decimals: str, *, equal: bool) -> str:
    """Numbers from whole.decimals up; whole without leading, decimals without trailing zeros."""
    ways = [f"{whole}{_fraction_above(decimals, equal=equal)}"]
    for place, digit in enumerate(whole):
        if digit < "9":
            rest = len(whole) - place - 1
            ways.append(f"{whole[:place]}[{int(digit) + 1}-9]{_any_digits(rest)}{_FRACTION}")
    ways.append(f"[1-9][0-9]{{{len(whole)},}}{_FRACTION}")
    return "|".join(ways)


def _below(whole: str, decimals: str, *, equal: bool) -> str:
    """Numbers from 0 up to whole.decimals, which is positive."""
    ways = [f"{whole}{end}" for end in _fractions_below(decimals, equal=equal)]
    for place, digit in enumerate(whole):
        least = 1 if place == 0 and len(whole) > 1 else 0
        if int(digit) > least:
            rest = len(whole) - place - 1
            ways.append(f"{whole[:place]}[{least}-{int(digit) - 1}]{_any_digits(rest)}{_FRACTION}")
    if len(whole) > 1:
        ways.append(f"(0|[1-9][0-9]{{0,{len(whole) - 2}}}){_FRACTION}")
    return "|".join(ways)


def _fraction_above(decimals: str, *, equal: bool) -> str:
    """What follows the whole part: `.decimals` or more; nothing at all counts as zero."""
    if not decimals and equal:
        return _FRACTION
    ways = [f"{decimals}[0-9]*" if equal else f"{decimals}[0-9]*[1-9][0-9]*"]
    for place, digit in enumerate(decimals):
        if digit < "9":
            ways.append(f"{decimals[:place]}[{int(digit) + 1}-9][0-9]*")
    return rf"\.({'|'.join(ways)})"


def _fractions_below(decimals: str, *, equal: bool) -> list[str]:
    """What may follow the whole part for less than `.decimals`, or as much; none: nothing may."""
    if not decimals:
        return [r"(\.0+)?"] if equal else []
    ways = [f"{decimals}0*"] if equal else []
    for place, digit in enumerate(decimals):
        if place:  # a shorter fraction is less: decimals ends in no zero
            ways.append(f"{decimals[:place]}0*")
        if digit > "0":
            ways.append(f"{decimals[:place]}[0-{int(digit) - 1}][0-9]*")
    return [rf"(\.({'|'.join(ways)}))?"]


def _any_digits(count: int) -> str:
    return f"[0-9]{{{count}}}" if count else ""
