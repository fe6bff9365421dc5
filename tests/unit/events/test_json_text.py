"""JSON text to values and back, with what authentic senders write beyond orjson."""

import os
import re
import subprocess
import sys
import tracemalloc

import orjson
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service.events import json_reader, json_tokens, json_writer
from service.events.json_text import dump, parse, parse_roughly, split_batch
from service.events.json_value import MAX_DEPTH, JsonValue, Literal, NotJson

BIG = "123456789012345678901234567890"
LONG_NUMBER = re.compile(rb"\d{20}|-\d{19}")
GOOGLE = b'{"user_id":"google-oauth2|103547991597142817347"}'
READ = b'{"docs":[{"_version":3611111111111111111,"_source":{"counts":[1,9223372036854775807]}}]}'

# No surrogates: two lone ones side by side would be read back as one character.
texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | st.just("\ud800 alone")
    | st.integers(2**64, 10**120).map(lambda number: Literal(str(number)))
    | st.sampled_from([Literal("NaN"), Literal("-Infinity"), Literal("1e400")])
)
values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)
json_pieces = st.lists(
    st.sampled_from(
        b'{ } [ ] , : " "a" \\ \\ud800 1 - . e 0 \n true null NaN \x00 \xff \xc3\xa9 / *'.split(
            b" "
        )
    )
).map(b"".join)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"null", None),
        (b" \t\r\n[ 1 , 2 ] \n", [1, 2]),
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a":NaN}', {"a": Literal("NaN")}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b'{"a":1e999,"a":2}', {"a": 2}),
        (b'"\\u0000"', "\x00"),
        ('"é\U0001f600"'.encode(), "é\U0001f600"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'["\\ud83d\\ude00\\ud83d"]', ["\U0001f600\ud83d"]),
        (b'"\\ude00"', "\ude00"),
        (b'{"\\ud800":1}', {"\ud800": 1}),
        (b"18446744073709551615", 2**64 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"18446744073709551616", Literal("18446744073709551616")),
        (b"-9223372036854775809", Literal("-9223372036854775809")),
        (b"[-9223372036854775809]", [Literal("-9223372036854775809")]),
        (b"[18446744073709551616]", [Literal("18446744073709551616")]),
        (f"[{BIG}]".encode(), [Literal(BIG)]),
        (f'{{"a":{BIG}}}'.encode(), {"a": Literal(BIG)}),
        (f'{{"a":\n-{BIG}}}'.encode(), {"a": Literal("-" + BIG)}),
        (f'{{"a":[0,{BIG}]}}'.encode(), {"a": [0, Literal(BIG)]}),
        (f'{{"a":"x: {BIG}"}}'.encode(), {"a": f"x: {BIG}"}),
        (b"1" + b"0" * 400, Literal("1" + "0" * 400)),
        (b"1e400", Literal("1e400")),
        (b"[-1E+400]", [Literal("-1E+400")]),
        (b"[NaN,Infinity,-Infinity]", [Literal("NaN"), Literal("Infinity"), Literal("-Infinity")]),
        (b"0.1234567890123456789", 0.12345678901234568),
        (b"0." + b"3" * 99, 1 / 3),
        (b"0." + b"3" * 100, Literal("0." + "3" * 100)),
        (b"1e" + b"0" * 100 + b"1", Literal("1e" + "0" * 100 + "1")),
        (b"-0.0", -0.0),
        (b"[]", []),
        (b"{}", {}),
        (b'[[],{},[{}],{"a":[]}]', [[], {}, [{}], {"a": []}]),
    ],
)
def test_what_authentic_senders_write_is_kept_exactly(text: bytes, value: JsonValue) -> None:
    parsed = parse(text)
    assert parsed == value
    assert repr(parsed) == repr(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b'{"a":"\xff"}', "not UTF-8 at byte 6"),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8 at byte 6"),
        ('{"a":1}'.encode("utf-16"), "not UTF-8 at byte 0"),
        (b'{"a":1', "the text ends at byte 6, where ',' or '}' is missing"),
        (b'{"a":', "the text ends at byte 5, where a value is missing"),
        (b'{"a"', "a member's name and ':' is expected at byte 1"),
        (b"{", "the text ends at byte 1, where a member's name and ':' is missing"),
        (b'{"a": "b', "the string that starts at byte 6 is not terminated"),
        (b'["\x00"]', "control character in a string, at byte 2"),
        (b'["a\\x"]', "invalid escape in a string, at byte 3"),
        (b'["\\u12g4"]', "invalid escape in a string, at byte 2"),
        (b'["\\', "invalid escape in a string, at byte 2"),
        (b"[1,]", "a value is expected at byte 3"),
        (b'{"a":1,}', "a member's name and ':' is expected at byte 7"),
        (b"[1}", "',' or ']' is expected at byte 2"),
        (b'{"a" 1}', "a member's name and ':' is expected at byte 1"),
        (b"{1:2}", "a member's name and ':' is expected at byte 1"),
        (b"[1 2]", "',' or ']' is expected at byte 3"),
        (b"{} x", "more text after the JSON value, at byte 3"),
        (b"01", "more text after the JSON value, at byte 1"),
        (b"1.", "more text after the JSON value, at byte 1"),
        (b"+1", "a value is expected at byte 0"),
        (b".5", "a value is expected at byte 0"),
        (b"nul", "a value is expected at byte 0"),
        (b"nullx", "more text after the JSON value, at byte 4"),
        (b"'a'", "a value is expected at byte 0"),
        (b"{}\x00", "more text after the JSON value, at byte 2"),
        (b"\x00", "a value is expected at byte 0"),
        (b"[1,\x0c2]", "a value is expected at byte 3"),
        (b"\xc2\xa01", "a value is expected at byte 0"),
        (b"type=user.created&id=5", "a value is expected at byte 0"),
        (b"[" * 10_000, "the text ends at byte 10000, where a value is missing"),
        (b"]" * 10_000, "a value is expected at byte 0"),
        (b"[" * 10_000 + b"]" * 9_999, "the text ends at byte 19999, where ',' or ']' is missing"),
        (b"[" * 10_000 + b"x" + b"]" * 10_000, "a value is expected at byte 10000"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: bytes, reason: str) -> None:
    for read in (parse, split_batch):
        with pytest.raises(NotJson) as caught:
            read(text)
        # The place is given without the byte order mark, if there was one.
        assert reason in caught.value.detail


@pytest.mark.parametrize(
    ("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[0,{"a":[],"b":', b"},1]")]
)
@pytest.mark.parametrize("depth", [1_000, 20_000])
def test_any_depth_is_read_and_written(opening: bytes, closing: bytes, depth: int) -> None:
    text = opening * depth + b"1" + closing * depth
    assert dump(parse(text)) == text


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 1_000, 2_000])
@pytest.mark.parametrize("bend", ["", '"\\ud800"', "NaN"])
def test_values_end_at_the_maximal_depth(depth: int, bend: str) -> None:
    """The same limit whichever reader was at work."""
    value = parse(b"[" * depth + bend.encode() + b"]" * depth)
    levels = 0
    while isinstance(value, list) and value:
        levels += 1
        value = value[0]
    if depth > MAX_DEPTH:
        assert levels == MAX_DEPTH
        inner = depth - MAX_DEPTH
        assert value == Literal("[" * inner + bend + "]" * inner)
    else:
        assert levels == depth - (not bend)


def test_many_shallow_containers_are_not_deep() -> None:
    text = b'{"metadata":[' + b",".join(b'{"a":[1]}' for _ in range(5_000)) + b"]}"
    assert parse(text) == orjson.loads(text)


@pytest.mark.parametrize("text", [GOOGLE, READ])
def test_an_id_or_version_of_many_digits_does_not_cost_the_slow_reader(
    text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert parse(text) == json_reader.read(text)
    monkeypatch.delattr(json_reader, "read")
    parse(text)


def test_what_orjson_refuses_costs_no_step_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b'{"a":[' + b",".join([b'"\\ud800"'] * 1_000) + b'],"\\udfff":["\xc3\xbc",1e5,{}]}'
    value = parse(text)
    assert value == json_reader.read(text)
    monkeypatch.delattr(json_tokens, "tokens")
    monkeypatch.delattr(json_writer, "_scalar")
    assert parse(text) == parse_roughly(text) == value
    assert parse(dump(value)) == value


@given(values)
@example(["\ud800", [Literal(BIG)], {"a": []}])
def test_what_is_written_is_read_back(value: JsonValue) -> None:
    text = dump(value)
    text.decode()  # valid UTF-8, whatever the strings hold
    assert parse(text) == value
    assert json_reader.read(text) == value


def test_values_that_no_text_gives_are_written_nevertheless() -> None:
    value: JsonValue = 2**70
    for _ in range(3_000):
        value = [value]
    assert dump(value) == b"[" * 3_000 + str(2**70).encode() + b"]" * 3_000


def test_a_long_literal_in_deep_containers_is_written_within_its_buffer() -> None:
    """A process of its own, whose memory is fenced: to write beyond a buffer ends it."""
    write_many = f"""
from service.events.json_text import dump, parse
for length in range(3_000, 4_200):
    text = b"[" * {MAX_DEPTH} + b"7" * length + b"]" * {MAX_DEPTH}
    assert dump(parse(text)) == text
"""
    fenced = {**os.environ, "PYTHONMALLOC": "malloc_debug"}
    ended = subprocess.run(
        [sys.executable, "-c", write_many], env=fenced, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_something_else_than_a_json_value_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError):
        dump({"a": object()})  # type: ignore[dict-item]


@given(values)
def test_the_exact_reader_agrees_with_orjson(value: JsonValue) -> None:
    text = dump(value)
    try:
        expected = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    if not LONG_NUMBER.search(text):
        assert json_reader.read(text) == expected


@given(st.binary() | json_pieces | texts.map(str.encode))
def test_any_bytes_are_json_or_not_json(body: bytes) -> None:
    """The three readers agree about what is JSON, and nothing else than NotJson is raised."""
    assume(not LONG_NUMBER.search(body))
    try:
        expected = orjson.loads(body)
    except orjson.JSONDecodeError:
        expected = None
        accepted = False
    else:
        accepted = True
    outcomes = []
    for read in (parse, json_reader.read, split_batch):
        try:
            outcomes.append(repr(read(body.removeprefix(b"\xef\xbb\xbf"))))
        except NotJson:
            outcomes.append("not JSON")
    assert len({outcome == "not JSON" for outcome in outcomes}) == 1
    assert outcomes[0] == outcomes[1]
    if accepted:
        assert outcomes[0] == repr(expected)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_read_as_orjson_reads_them(number: float) -> None:
    for text in (repr(number), f"{number:.17e}", f"{number:.17g}"):
        assert json_reader.read(text.encode()) == orjson.loads(text) == number


def test_one_value_that_orjson_refuses_does_not_make_the_others_large() -> None:
    value: dict[str, JsonValue] = {f"key {n}": [n, "a"] for n in range(10_000)}
    value["big"] = Literal("1" * 30)
    tracemalloc.start()
    try:
        text = dump(value)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert parse(text) == value
    assert peak < 50 * len(text)


@pytest.mark.parametrize(
    ("body", "elements"),
    [
        (b"[]", []),
        (b" [ ] ", []),
        (b"[1]", [b"1"]),
        (b'\xef\xbb\xbf[1 , "a,]" ]', [b"1", b'"a,]"']),
        (
            b'\n[ {"a": 1.0e5 , "b":[ ]} ,null,[1,[2]],-0.0, "\\ud800",NaN ]\n',
            [b'{"a": 1.0e5 , "b":[ ]}', b"null", b"[1,[2]]", b"-0.0", b'"\\ud800"', b"NaN"],
        ),
        (b'{"a":[1]}', [b'{"a":[1]}']),
        (b'"a"', [b'"a"']),
    ],
)
def test_a_batch_is_split_verbatim(body: bytes, elements: list[bytes]) -> None:
    assert split_batch(body) == elements


def test_a_batch_of_deep_elements_is_split() -> None:
    deep = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
    assert split_batch(b"[" + deep + b", " + deep + b"]") == [deep, deep]


@given(st.lists(values))
def test_a_batch_has_the_elements_of_its_array(elements: list[JsonValue]) -> None:
    assert [parse(element) for element in split_batch(dump(elements))] == elements
