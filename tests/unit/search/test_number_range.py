"""The generated expressions match exactly the numbers that they should."""

import re
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from service.documents.attributes import token
from service.search.number_range import number_pattern

OPERATIONS = {
    "<": float.__lt__,
    "<=": float.__le__,
    ">": float.__gt__,
    ">=": float.__ge__,
}
numbers = st.one_of(
    st.integers(-10_000, 10_000),
    st.integers(-(10**15), 10**15),
    st.decimals(-1_000, 1_000, places=2).map(float),
)


@given(st.integers(-(10**6), 10**6) | st.integers(-20, 20), numbers)
@example(0, 0)
@example(0, -0.5)
@example(10, 9.99)
@example(-10, -10.01)
@example(100, 99)
def test_numbers_on_the_right_side_match(bound: int, number: float) -> None:
    text = token("", number).removeprefix("=")
    if "e" in text.lower() or text.startswith("-0.0"):
        return
    for operator, holds in OPERATIONS.items():
        matches = re.fullmatch(number_pattern(operator, Decimal(bound)), text) is not None
        assert matches == holds(float(number), float(bound)), (operator, bound, text)


@given(
    st.decimals(-1_000, 1_000, places=3),
    st.decimals(-1_000, 1_000, places=2).map(float) | st.integers(-1_000, 1_000),
)
@example(Decimal("18.2"), 18.5)
@example(Decimal("18.2"), 7)
@example(Decimal("18.2"), 100)
@example(Decimal("18.20"), 18.2)
@example(Decimal("-3.5"), -2)
@example(Decimal("-3.5"), -10.25)
@example(Decimal("0.05"), 0)
@example(Decimal("-0.05"), 0)
@example(Decimal("0.5"), -1)
def test_numbers_on_the_right_side_of_a_fraction_match(bound: Decimal, number: float) -> None:
    text = token("", number).removeprefix("=")
    if "e" in text.lower() or text.startswith("-0.0"):
        return
    for operator, holds in OPERATIONS.items():
        matches = re.fullmatch(number_pattern(operator, bound), text) is not None
        assert matches == holds(float(number), float(bound)), (operator, bound, text)


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 15))
def test_the_expression_stays_short(digits: int, places: int) -> None:
    bound = Decimal(digits).scaleb(-places)
    assert all(len(number_pattern(operator, bound)) < 700 for operator in OPERATIONS)
