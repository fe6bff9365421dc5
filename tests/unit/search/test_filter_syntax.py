"""The filter language: what it takes, and where it says a mistake is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.search.filter_syntax import (
    MAX_CHARS,
    MAX_DEPTH,
    Comparison,
    Either,
    Every,
    FilterError,
    Node,
    Not,
    Presence,
    parse_filter,
)


def outline(node: Node) -> Any:
    """A tree as nested tuples, without positions."""
    match node:
        case Comparison(path, operator, values):
            return (path.text, operator, *(value.text for value in values))
        case Presence(path, present):
            return ("present" if present else "missing", path.text)
        case Not(inner):
            return ("not", outline(inner))
        case Every(nodes):
            return ("and", *map(outline, nodes))
        case Either(nodes):
            return ("or", *map(outline, nodes))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("blocked=true", ("blocked", "=", "true")),
        ("  blocked = true  ", ("blocked", "=", "true")),
        ("blocked!=true", ("blocked", "!=", "true")),
        ("name^=Ann", ("name", "^=", "Ann")),
        ('name~="ann smith"', ("name", "~=", "ann smith")),
        ("last_login>=2026-01-01", ("last_login", ">=", "2026-01-01")),
        ("last_login<now-30d", ("last_login", "<", "now-30d")),
        ("connection=a,b , c", ("connection", "=", "a", "b", "c")),
        ("user_id=auth0|5f7c", ("user_id", "=", "auth0|5f7c")),
        ("event.id=a=b", ("event.id", "=", "a=b")),
        ("email=ann+x@acme.com", ("email", "=", "ann+x@acme.com")),
        (
            "app_metadata.https://acme.com/roles=admin",
            ("app_metadata.https://acme.com/roles", "=", "admin"),
        ),
        ('user_metadata."a b"=1', None),
        (
            '"user_metadata.a b"="say \\"hi\\" \\\\ there"',
            ("user_metadata.a b", "=", 'say "hi" \\ there'),
        ),
        ('name=""', ("name", "=", "")),
        ('name="=Ann"', ("name", "=", "=Ann")),
        ("name=D'Arcy,\"'t Hooft\"", ("name", "=", "D'Arcy", "'t Hooft")),
        ("name= =Ann", ("name", "=", "=Ann")),
        ("missing(last_login)", ("missing", "last_login")),
        ("present ( app_metadata.plan )", ("present", "app_metadata.plan")),
        ("present=1", ("present", "=", "1")),
        ("not blocked=true", ("not", ("blocked", "=", "true"))),
        ("NOT not a=1", ("not", ("not", ("a", "=", "1")))),
        ("not(a=1)", ("not", ("a", "=", "1"))),
        ("nothing=1", ("nothing", "=", "1")),
        ("a=1 and b=2 or c=3", ("or", ("and", ("a", "=", "1"), ("b", "=", "2")), ("c", "=", "3"))),
        (
            "a=1 and (b=2 or c=3)",
            ("and", ("a", "=", "1"), ("or", ("b", "=", "2"), ("c", "=", "3"))),
        ),
        ("a=1 AND b=2", ("and", ("a", "=", "1"), ("b", "=", "2"))),
        ("a=or", ("a", "=", "or")),
        ("or=1", ("or", "=", "1")),
    ],
)
def test_what_is_written_is_what_is_meant(text: str, tree: Any) -> None:
    if tree is None:
        with pytest.raises(FilterError):
            parse_filter(text)
    else:
        assert outline(parse_filter(text)) == tree


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 1, "a field's name"),
        ("blocked", 8, "one of !="),
        ("blocked true", 9, "one of !="),
        ("blocked=", 9, "a value"),
        ("name==Ann", 6, "no second ="),
        ("a=1 and age=>18", 13, ">="),
        ("age=<18", 5, "<="),
        ("name=~Ann", 6, "~="),
        ("name=^Ann", 6, "^="),
        ("name=!Ann", 6, "!="),
        ("name!==Ann", 7, "no second ="),
        ("age<>18", 5, "!="),
        ("age>>18", 5, "a value, in quotes"),
        ("age>==18", 6, "no second ="),
        ("name='Ann'", 6, 'in " quotes'),
        ("name=Bob, 'Ann Smith'", 11, 'in " quotes'),
        ("blocked=true,", 14, "a value"),
        ("blocked=true name=x", 14, "and, or, or the end"),
        ("a=1 and", 8, "a field's name"),
        ("a=1 or ", 8, "a field's name"),
        ("(a=1", 5, ")"),
        ("a=1)", 4, "and, or, or the end"),
        ("missing(a", 10, ")"),
        ("missing()", 9, "a field's name"),
        ('name="Ann', 10, 'a closing "'),
        ('name="Ann\\', 11, 'a closing "'),
        ("=1", 1, "a field's name"),
        ("not", 1, ""),
        ("(" * (MAX_DEPTH + 2) + "a=1", MAX_DEPTH + 2, "a condition"),
        ("a=" + "x" * MAX_CHARS, MAX_CHARS + 1, "the end"),
    ],
)
def test_a_mistake_has_a_position(text: str, position: int, expected: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert expected in caught.value.expected
    if expected:
        assert caught.value.position == position


def test_a_value_with_blanks_is_said_to_need_quotes() -> None:
    with pytest.raises(FilterError, match=r"at position 11; .* in quotes"):
        parse_filter("name=Same Name")


def test_a_bracket_too_many_is_told() -> None:
    with pytest.raises(FilterError, match=r"at position 13; no bracket is open"):
        parse_filter("blocked=true)")


@given(st.text(alphabet='ab=!<>^~(),"\\ notrd', max_size=60))
def test_any_text_is_a_filter_or_a_mistake_within_it(text: str) -> None:
    mistake = _mistake(text)
    if mistake is not None:
        assert 1 <= mistake.position <= len(text) + 1
        assert mistake.expected


def _mistake(text: str) -> FilterError | None:
    try:
        parse_filter(text)
    except FilterError as error:
        return error
    return None
