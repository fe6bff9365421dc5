"""JSON to and from OpenSearch; nothing of a body in an error."""

import pytest
from opensearchpy.exceptions import SerializationError

from service.index.serializer import OrjsonSerializer

JSON = OrjsonSerializer()


@pytest.mark.parametrize("body", [b'{"index":{}}\n{}\n', "text", b"\xff\x00"])
def test_what_is_text_already_is_sent_untouched(body: bytes | str) -> None:
    assert JSON.dumps(body) is body


def test_objects_are_written_as_compact_json() -> None:
    assert JSON.dumps({"name": "é", "n": [1, None]}) == '{"name":"é","n":[1,null]}'.encode()


def test_what_json_cannot_say_is_an_error_without_the_content() -> None:
    with pytest.raises(SerializationError) as caught:
        JSON.dumps({"name": "Ann", "o": object()})
    assert "Ann" not in str(caught.value)


def test_answers_are_parsed() -> None:
    assert JSON.loads('{"a":["é",1.5]}'.encode()) == {"a": ["é", 1.5]}


def test_an_escaped_lone_surrogate_of_a_source_is_no_fault() -> None:
    assert JSON.loads(b'"\\ud800"') == "\ud800"


@pytest.mark.parametrize("answer", [b'{"name":"Ann', b"<html>Ann</html>", b'"\xff Ann"', b""])
def test_what_is_not_json_is_an_error_without_the_content(answer: bytes) -> None:
    with pytest.raises(SerializationError) as caught:
        JSON.loads(answer)
    assert "Ann" not in str(caught.value)
