"""The body of a `_bulk` request: what OpenSearch reads as lines of JSON."""

import json

from service.documents.document import Document
from service.indexer.bulk import lines


def test_an_action_and_its_source_each_on_a_line_and_a_delete_alone() -> None:
    body = lines([Document("auth0|1", 7, b'{"name":"Ann"}'), Document("auth0|2", 8, None)])
    assert body.endswith(b"\n")
    assert [json.loads(line) for line in body.splitlines()] == [
        {"index": {"_id": "auth0|1", "version": 7, "version_type": "external"}},
        {"name": "Ann"},
        {"delete": {"_id": "auth0|2", "version": 8, "version_type": "external"}},
    ]


def test_an_id_may_hold_anything() -> None:
    odd = 'a"b\\c\nd\u2028é%b%d'
    action, source = lines([Document(odd, 2**62, b"{}")]).rstrip(b"\n").split(b"\n")
    assert json.loads(action)["index"]["_id"] == odd
    assert json.loads(action)["index"]["version"] == 2**62
    assert source == b"{}"
