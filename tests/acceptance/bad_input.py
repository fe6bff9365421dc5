"""Hostile and broken input, and what becomes of each: the table is the documentation.

In a row's JSON text `USER` and `EVENT` stand for ids of its own.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Indexed:
    """204, and the user is found. misfits: of `misfit_fields`; holds: fields of the document."""

    misfits: tuple[str, ...] = ()
    holds: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """204, and the user is hidden. deleted_at: of the tombstone."""

    deleted_at: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """204, and a person can look at it, under this code."""

    code: str


@dataclass(frozen=True, slots=True)
class Counted:
    """204, and no more than a count, under this name of the accounting; None: not even that."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """This status; nothing is kept. Part of a batch, it takes the whole request with it."""

    status: int


Outcome = Indexed | Tombstone | DeadLetter | Counted | Refused


@dataclass(frozen=True, slots=True)
class Row:
    """One input. body: as posted, with placeholders."""

    name: str
    body: bytes
    outcome: Outcome


TIME = '"2025-02-01T12:34:56.789Z"'
NOT_AN_EVENT = DeadLetter("not_an_object")


def nested(levels: int, opening: str, closing: str) -> str:
    return opening * levels + closing * levels


def objects(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


BODIES: dict[str, tuple[bytes, Outcome]] = {
    "nothing": (b"", Refused(400)),
    "not UTF-8": (b'{"type": "user.created", "a": "\xff"}', Refused(400)),
    "UTF-16": ('{"type": "user.created"}'.encode("utf-16"), Refused(400)),
    "a NUL byte": (b"\x00", Refused(400)),
    "10,000 brackets": (b"[" * 10_000, Refused(400)),
    "cut off": (b'{"type": "user.created", "data"', Refused(400)),
    "a form": (b"type=user.created", Refused(400)),
    "over the limit": (b'"' + b"x" * 9_000_000 + b'"', Refused(413)),
    "an empty batch": (b"[]", Counted(None)),
    "10,000 brackets, closed": (nested(10_000, "[", "]").encode(), NOT_AN_EVENT),
    "null": (b"null", NOT_AN_EVENT),
    "true": (b"true", NOT_AN_EVENT),
    "a number": (b"5", NOT_AN_EVENT),
    "10^400": (b"1" + b"0" * 400, NOT_AN_EVENT),
    "1e400": (b"1e400", NOT_AN_EVENT),
    "NaN": (b"NaN", NOT_AN_EVENT),
    "-Infinity": (b"-Infinity", NOT_AN_EVENT),
    "a string": (b'"text"', NOT_AN_EVENT),
    "a string of NUL": (b'"\\u0000"', NOT_AN_EVENT),
    "a lone surrogate": (b'"\\ud800"', NOT_AN_EVENT),
    "an empty object": (b"{}", DeadLetter("type_missing")),
    "20,000 nested objects": (objects(20_000).encode(), DeadLetter("type_missing")),
    "a repeated key": (b'{"type": "user.created", "type": 5}', DeadLetter("type_invalid")),
}

# Of an otherwise good event, one attribute.
ENVELOPES: dict[str, tuple[dict[str, str], Outcome]] = {
    "type null": ({"type": "null"}, DeadLetter("type_missing")),
    "type a list": ({"type": '["user.created"]'}, DeadLetter("type_invalid")),
    "type unknown": ({"type": '"organization.member.added"'}, Counted("ignored")),
    "type of another case": ({"type": '"User.Created"'}, Counted("ignored")),
    "type of our imports": ({"type": '"user.read"'}, Counted("ignored")),
    "a test": ({"a0purpose": '"test"'}, Counted("test")),
    "another tenant": ({"a0tenant": '"stranger"'}, Counted("refused")),
    "tenant a number": ({"a0tenant": "5"}, Indexed()),
    "tenant a lone surrogate": ({"a0tenant": '"\\ud800"'}, Counted("refused")),
    "id missing": ({"id": ""}, DeadLetter("id_missing")),
    "id empty": ({"id": '""'}, DeadLetter("id_invalid")),
    "id a number": ({"id": "5"}, DeadLetter("id_invalid")),
    "id a lone surrogate": ({"id": '"\\ud800 EVENT"'}, Indexed()),
    "id of 40,000 characters": ({"id": f'"{"x" * 40_000} EVENT"'}, Indexed()),
    "data missing": ({"data": ""}, DeadLetter("data_missing")),
    "data a list": ({"data": "[]"}, DeadLetter("data_invalid")),
    "profile missing": ({"data": "{}"}, DeadLetter("profile_missing")),
    "profile a string": ({"data": '{"object": "USER"}'}, DeadLetter("profile_invalid")),
    "time missing": ({"time": ""}, DeadLetter("time_missing")),
    "time null": ({"time": "null"}, DeadLetter("time_missing")),
    "time a number": ({"time": "1738413296"}, DeadLetter("time_invalid")),
    "time naive": ({"time": '"2025-02-01T12:34:56"'}, DeadLetter("time_invalid")),
    "29 February 2025": ({"time": '"2025-02-29T00:00:00Z"'}, DeadLetter("time_invalid")),
    "29 February 2024": ({"time": '"2024-02-29T00:00:00Z"'}, Indexed()),
    "year 9999": ({"time": '"9999-12-31T23:59:59Z"'}, DeadLetter("time_in_future")),
    "1970": ({"time": '"1970-01-01T00:00:00Z"'}, DeadLetter("time_too_old")),
    "9 fractional digits": ({"time": '"2025-02-01T12:34:56.123456789Z"'}, Indexed()),
    "+05:30": ({"time": '"2025-02-01T12:34:56+05:30"'}, Indexed()),
    "lower case": ({"time": '"2025-02-01t12:34:56z"'}, Indexed()),
    "a leap second": ({"time": '"2016-12-31T23:59:60Z"'}, Indexed()),
    "a leap second elsewhere": ({"time": '"2025-02-01T12:34:60Z"'}, DeadLetter("time_invalid")),
}

USER_IDS: dict[str, tuple[str, Outcome]] = {
    "missing": ("", DeadLetter("user_id_missing")),
    "null": ("null", DeadLetter("user_id_missing")),
    "empty": ('""', DeadLetter("user_id_invalid")),
    "an integer": ("12345", DeadLetter("user_id_invalid")),
    "a lone surrogate": ('"auth0|\\udc00"', DeadLetter("user_id_invalid")),
    "513 bytes": (f'"{"x" * 513}"', DeadLetter("user_id_too_long")),
    "257 two-byte characters": (f'"{"é" * 257}"', DeadLetter("user_id_too_long")),
    "512 bytes": (f'"{"x" * 480}USER"', Indexed()),
    "240 two-byte characters": (f'"{"é" * 240}USER"', Indexed()),
    "slashes and dots": ('"auth0|/a/../b?c#d%2f USER"', Indexed()),
    "spaces, pipes, quotes": ('" samlp| a|b \\"c\\" USER "', Indexed()),
    "not ASCII": ('"oauth2|Zoë|用户|👩‍🚀 USER"', Indexed()),
    "NUL and line breaks": ('"auth0|\\u0000\\n\\r\\u2028USER"', Indexed()),
    "like a bulk line": ('"{\\"delete\\":{\\"_id\\":\\"x\\"}}\\nUSER"', Indexed()),
    "leading underscore": ('"_USER"', Indexed()),
}

# Of an otherwise good profile, some fields.
PROFILES: dict[str, tuple[str, Outcome]] = {
    "identities null": ('"identities":null', Indexed()),
    "identities an object": ('"identities":{"user_id":1}', Indexed(("identities",))),
    "identities of null and 5": ('"identities":[null,5]', Indexed(("identities",))),
    "identities with integer ids": (
        '"identities":[{"provider":"p","user_id":123},{"user_id":103547991597142817347}]',
        Indexed(
            holds={
                "identities": [
                    {"provider": "p", "user_id": "123"},
                    {"user_id": "103547991597142817347"},
                ]
            }
        ),
    ),
    "identities with odd fields": (
        '"identities":[{"isSocial":"yes","profileData":"x"}]',
        Indexed(("identities.isSocial", "identities.profileData")),
    ),
    "email a number": ('"email":5', Indexed(("email",))),
    "name a list": ('"name":["a"]', Indexed(("name",))),
    "every field null": (
        '"email":null,"name":null,"blocked":null,"logins_count":null,"app_metadata":null',
        Indexed(),
    ),
    "booleans as strings": (
        '"email_verified":"yes","blocked":"","phone_verified":0',
        Indexed(("email_verified", "blocked", "phone_verified")),
    ),
    "counts": ('"logins_count":3.7', Indexed(("logins_count",))),
    "counts beyond 64 bits": (
        f'"logins_count":1{"0" * 400}',
        Indexed(("logins_count", "unknown_fields.logins_count")),
    ),
    "dates that are none": (
        '"created_at":"yesterday","last_login":1738413296,"updated_at":"2025-02-29T00:00:00Z"',
        Indexed(("created_at", "last_login", "updated_at")),
    ),
    "addresses that are none": ('"last_ip":"300.1.2.3"', Indexed(("last_ip",))),
    "factors": ('"multifactor":"sms"', Indexed(("multifactor",))),
    "lone surrogates": (
        '"name":"\\ud800","nickname":"\\u0000"',
        Indexed(("name", "unknown_fields.name")),
    ),
    "a name of 40,000 characters": (f'"name":"{"é" * 40_000}"', Indexed()),
    "unknown fields": ('"":1," ":2,"a.b":{"c":[[1]]},"_id":"x"', Indexed()),
    "app_metadata a string": ('"app_metadata":"gold"', Indexed(("app_metadata",))),
    "app_metadata a list": ('"app_metadata":[1]', Indexed(("app_metadata",))),
    "app_metadata of 1 MB": (f'"app_metadata":{{"a":"{"x" * 1_000_000}"}}', Indexed()),
    "app_metadata with 5,000 keys": (
        f'"app_metadata":{json.dumps({f"k{n}": n for n in range(5_000)})}',
        Indexed(holds={"attributes_truncated": True}),
    ),
    "keys with dots": ('"app_metadata":{"a.b":1,"a":{"b":2},".":3,"..":4,"a..b":5}', Indexed()),
    "empty and blank keys": ('"app_metadata":{"":1," ":2,"\\u0000":3}', Indexed()),
    "repeated keys": ('"app_metadata":{"a":1,"a":{"b":2}}', Indexed()),
    "a key of 60,000 characters": (
        f'"app_metadata":{{"{"k" * 60_000}":1}}',
        Indexed(("app_metadata",)),
    ),
    "60 deep": (f'"app_metadata":{objects(60)}', Indexed()),
    "2,000 deep": (f'"app_metadata":{objects(2_000)}', Indexed(("app_metadata",))),
    "arrays in arrays": ('"app_metadata":{"a":[[1,[2]],[[[]]]]}', Indexed()),
    "60 arrays": (f'"app_metadata":{{"a":{nested(60, "[", "]")}}}', Indexed()),
    "values over 32,766 bytes": (f'"user_metadata":{{"a":"{"é" * 33_000}"}}', Indexed()),
    "numbers": ('"app_metadata":{"a":123456789012345678901234567890,"b":-0.0}', Indexed()),
    "10^400 in metadata": (f'"app_metadata":{{"a":1{"0" * 400}}}', Indexed(("app_metadata",))),
    "a number of 1,200 digits": (
        f'"user_metadata":{{"a":0.{"3" * 1_200}}}',
        Indexed(("user_metadata",)),
    ),
    "NaN and Infinity": (
        '"app_metadata":{"a":NaN},"user_metadata":{"a":-Infinity}',
        Indexed(("app_metadata", "user_metadata")),
    ),
    "a surrogate in metadata": ('"app_metadata":{"a":"\\udfff"}', Indexed(("app_metadata",))),
    "1,500 deep beside": (f'"custom":{objects(1_500)}', Indexed(("unknown_fields.custom",))),
}

DELETIONS: dict[str, tuple[str, Outcome]] = {
    "deleted_at missing": ("", Tombstone("2025-02-01T12:34:56.789000Z")),
    "deleted_at no date": ('"deleted_at":"soon"', Tombstone("2025-02-01T12:34:56.789000Z")),
    "deleted_at a number": ('"deleted_at":5', Tombstone("2025-02-01T12:34:56.789000Z")),
    "deleted_at an offset": (
        '"deleted_at":"2025-02-01T12:00:00+05:30"',
        Tombstone("2025-02-01T06:30:00.000000Z"),
    ),
}


def event(attributes: Mapping[str, str], fields: str = "", user_id: str = '"auth0|USER"') -> bytes:
    """A good event but for what is given, as JSON text; an empty text leaves out."""
    members = [f'"user_id":{user_id}'] if user_id else []
    profile = ",".join([*members, fields] if fields else members)
    parts = {
        "specversion": '"1.0"',
        "type": '"user.updated"',
        "source": '"urn:auth0:acme.auth0app.com"',
        "id": '"evt_EVENT"',
        "time": TIME,
        "a0tenant": '"acme"',
        "data": f'{{"object":{{{profile}}}}}',
        **attributes,
    }
    return (
        "{" + ",".join(f'"{name}":{text}' for name, text in parts.items() if text) + "}"
    ).encode()


def rows() -> Iterator[Row]:
    """All of it."""
    for name, (body, outcome) in BODIES.items():
        yield Row(f"body: {name}", body, outcome)
    for name, (attributes, outcome) in ENVELOPES.items():
        yield Row(f"envelope: {name}", event(attributes), outcome)
    for name, (user_id, outcome) in USER_IDS.items():
        yield Row(f"user_id: {name}", event({}, user_id=user_id), outcome)
    for name, (fields, outcome) in PROFILES.items():
        yield Row(f"profile: {name}", event({}, fields), outcome)
    for name, (fields, outcome) in DELETIONS.items():
        yield Row(f"deletion: {name}", event({"type": '"user.deleted"'}, fields), outcome)
