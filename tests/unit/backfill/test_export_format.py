"""A wrong file is recognised by its beginning; a right one with bad lines in it is not refused."""

import json

import pytest

from service.backfill.export_format import (
    EXPORT_FIELDS,
    how_to_export,
    names_few_fields,
    why_no_export,
)
from tests.unit.backfill.exports import ndjson, user

LABELLED = {"Id": "auth0|ada", "Given Name": "", "Email": "ada@example.com", "Updated At": "2025"}


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b'[{"user_id":"auth0|ada"}]', "jq -c '.[]'"),
        (b'  [\n{"user_id":"auth0|ada"}]', "jq -c '.[]'"),
        (b'{\n  "user_id": "auth0|ada"\n}\n', "jq -c ."),
        (ndjson({"start": 0, "users": [user()]}), "jq -c '.users[]'"),
        (ndjson({"type": "users_export", "id": "job_1", "location": "https://x"}), "location"),
        ("{}\n".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + "{}\n".encode("utf-16-be"), "UTF-16"),
        ("{}\n".encode("utf-16-le"), "UTF-16"),
        (b"\x1f\x8b\x08\x00", "gzip -dc"),
        (b"PK\x03\x04\x14", "zip"),
        (b"\x28\xb5\x2f\xfd\x04", "zstd"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "minute"),
        (b"<!doctype html>", "minute"),
        (b"user_id,email\nauth0|ada,ada@example.com\n", "CSV"),
        (b'"Id","Given Name"\n', "CSV"),
        (b"email\tname\n", "CSV"),
        (b"'user_id;'email\n", "CSV"),
        (b"auth0|ada,ada@example.com\nauth0|bob,\n\nauth0|cy,\n", "no JSON object in its first 3"),
        (ndjson(LABELLED), "renamed fields"),
        (ndjson({"user_id": "a"}, {"user_id": "b"}, {"user_id": "c"}), "no updated_at"),
        (ndjson({"email": "a"}, {"email": "b"}, {"email": "c"}), "no user_id and no updated_at"),
    ],
)
def test_another_file_is_recognised(head: bytes, reason: str) -> None:
    fault = why_no_export(head)
    assert fault is not None
    assert reason in fault.reason


@pytest.mark.parametrize(
    "head",
    [
        ndjson(user()),
        ndjson(user())[:-20],
        b"\xef\xbb\xbf" + ndjson(user()),
        b"\r\n" + ndjson(user()).replace(b"\n", b"\r\n"),
        ndjson(b"not json", user()),
        ndjson(b"not json"),
        ndjson(b"bad", b"bad", b"bad", user()),
        ndjson({"user_id": "a"}),
        ndjson({"user_id": "a"}, {"user_id": "b"}, {"user_id": "c"}, user()),
        ndjson(user(location="Berlin", Id="5", Email="x")),
        b'{"user_id":"auth0|ada","app_metadata":{"long":"' + b"x" * 70_000,
    ],
    ids=[
        "a user",
        "cut",
        "a byte order mark",
        "carriage returns",
        "a bad line first",
        "only a bad line",
        "several bad lines first",
        "one without a time",
        "some without a time",
        "fields of that name",
        "one long line",
    ],
)
def test_an_export_is_taken(head: bytes) -> None:
    assert why_no_export(head) is None


def test_what_needs_another_export_says_so() -> None:
    for head in (b"user_id,email\n", ndjson(LABELLED)):
        fault = why_no_export(head)
        assert fault is not None
        assert fault.anew


def test_a_few_fields_are_noticed() -> None:
    assert names_few_fields(ndjson({"user_id": "a", "updated_at": "2025"}))
    assert not names_few_fields(ndjson(user()))
    assert not names_few_fields(b"not json\n")


def test_the_export_to_ask_for_names_every_field_and_no_more_than_auth0_gives() -> None:
    request = how_to_export()
    asked = json.loads(request[request.index("-d '") + 4 : -1])
    assert [field["name"] for field in asked["fields"]] == list(EXPORT_FIELDS)
    assert len(EXPORT_FIELDS) <= 30
