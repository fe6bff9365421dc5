"""Any JSON in any field: a document always comes out, its typed fields fit, what is excluded is
nowhere in it, and nothing else is lost."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.documents.attributes import MAX_TOKEN_CHARS, MAX_TOKENS
from service.documents.fields import TYPED_FIELDS, Fit, text
from service.documents.free_form import within_limits
from service.documents.identities import IDENTITY_FIELDS
from service.events.json_value import JsonValue, Literal
from tests.unit.documents.making import make_document, make_event, profile_from, source_of

OTHER_NAMES = [
    *("app_metadata", "user_metadata", "identities", "profileData", "connection", "user_id"),
    *("deleted_at", "event", "indexed_at", "attributes", "unknown_fields", "misfit_fields"),
    *("custom", "json", "", "a", "a.b", "a=b", "k" * 1001, "\ud800"),
]
# Busy machines are slow; what is tested here isn't speed.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
names = st.sampled_from([*TYPED_FIELDS, *OTHER_NAMES]) | st.text(
    st.characters(codec=None), max_size=4
)

# Drawn as JSON text, which says more than Python's values can: depths, numbers, repeated keys.
ODD = ["1e400", "-1e-400", "9" * 30, "9" * 101, "NaN", "-Infinity", "1.0", '"\\ud800"', '"\\u0000"']
DEEP = ["[" * 260 + "]" * 260, '{"a":' * 230 + "null" + "}" * 230, '{"a":[\n' * 150 + "]}" * 150]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(codec=None), max_size=8)
    | st.sampled_from(["2025-02-01T12:34:56Z", "10.0.0.1", "::1", "x" * 600])
).map(json.dumps) | st.sampled_from([*ODD, *DEEP])


def arrays(elements: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(elements, max_size=4).map(lambda drawn: f"[{','.join(drawn)}]")


def members(
    keys: st.SearchStrategy[str], drawn: st.SearchStrategy[str], max_size: int = 4
) -> st.SearchStrategy[list[str]]:
    return st.lists(st.tuples(keys.map(json.dumps), drawn).map(":".join), max_size=max_size)


def as_object(drawn: list[str]) -> str:
    return f"{{{','.join(drawn)}}}"


values = st.recursive(
    scalars, lambda inner: arrays(inner) | members(names, inner).map(as_object), max_leaves=10
)
identity = members(st.sampled_from([*IDENTITY_FIELDS, "profileData"]), values).map(as_object)
usual = st.tuples(
    arrays(identity | values).map('"identities":{}'.format),
    members(names, values).map(as_object).map('"app_metadata":{}'.format),
).map(list)
profiles = st.tuples(usual, members(names, values, max_size=8)).map(
    lambda drawn: profile_from(as_object(drawn[0] + drawn[1]))
)


@patient
@given(profiles)
def test_a_document_comes_out_and_every_value_in_it_fits(profile: dict[str, JsonValue]) -> None:
    source = source_of(profile)
    for name, check in TYPED_FIELDS.items():
        assert name not in source or not isinstance(check(source[name]), Fit)
    for identity in source.get("identities", []):
        for name, value in identity.items():
            check = IDENTITY_FIELDS.get(name, lambda free: free)
            assert not isinstance(check(value), Fit)
            if name in ("profileData", "unknown_fields"):
                assert isinstance(value, dict)
                assert within_limits(value, 0)
    for name in ("app_metadata", "user_metadata", "unknown_fields"):
        assert isinstance(source.get(name, {}), dict)
        assert within_limits(source.get(name, {}), 0)
    tokens = source.get("attributes", [])
    assert len(tokens) == len(set(tokens)) <= 2 * MAX_TOKENS
    assert all(len(token) <= MAX_TOKEN_CHARS for token in tokens)
    assert all(
        not isinstance(text(keyword), Fit) for keyword in tokens + source.get("misfit_fields", [])
    )
    known = {*TYPED_FIELDS, "identities", "app_metadata", "user_metadata", "unknown_fields"}
    assert set(source) <= known | {"attributes", "attributes_truncated", "misfit_fields"}
    assert source.get("attributes_truncated", True) is True


# Few names, so that excluded paths are hit often.
few = st.sampled_from(["a", "b", "a.b", "email", "profileData", "identities", "app_metadata", ""])
NAMES = [
    *("a", "b.a", "a.b.a", "email", "identities.profileData", "identities.a", "app_metadata"),
    *("app_metadata.a", "app_metadata.a.b", "app_metadata.email", "user_metadata.a.b.a"),
    *("identities.profileData.b", "unknown_fields.b", "unknown_fields.a.b"),
]
shapes: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(["string", "date", "key", "literal", "surrogate"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(few, inner, max_size=4),
    max_leaves=20,
)
roots = st.dictionaries(
    st.sampled_from(["app_metadata", "user_metadata", "identities"]) | few, shapes, max_size=6
)


class Marked:
    """A profile whose every leaf can be told from all others, and where each stands."""

    def __init__(self, shape: dict[str, Any]) -> None:
        self.places: dict[str, tuple[str, JsonValue]] = {}
        self.profile: dict[str, JsonValue] = {
            name: self._value(member, name) for name, member in shape.items()
        }

    def _value(self, shape: Any, path: str) -> JsonValue:
        if isinstance(shape, dict):
            return {key: self._value(inner, f"{path}.{key}") for key, inner in shape.items()}
        if isinstance(shape, list):
            return [self._value(inner, path) for inner in shape]
        marker = f"~{len(self.places)}~"
        leaf: dict[str, JsonValue] = {
            "string": marker,
            "date": [marker],
            "key": {marker: 1},
            "literal": Literal(f'[{{"deep": "{marker}"}}]'),
            "surrogate": f"{marker}\ud800",
        }
        self.places[marker] = (path, leaf[shape])
        return leaf[shape]


def everywhere(name: str) -> list[str]:
    """The paths of a profile that a name stands for: profileData and identities repeat fields."""
    if name.startswith("identities."):
        return [name]
    path = name.removeprefix("unknown_fields.")
    return [path, f"identities.{path}", f"identities.profileData.{path}"]


@patient
@given(roots, st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
def test_what_is_excluded_is_nowhere_and_all_else_is_somewhere(
    shape: dict[str, Any], exclude: list[str]
) -> None:
    marked = Marked(shape)
    document = make_document(make_event(marked.profile), exclude=exclude)
    assert document.source is not None
    stored = document.source.decode()
    paths = [path for name in exclude for path in everywhere(name)]
    for marker, (place, leaf) in marked.places.items():
        if any(f"{place}.".startswith(f"{path}.") for path in paths):
            assert marker not in stored
        elif not any(path.startswith(f"{place}.") for path in paths):
            assert marker in stored
        elif isinstance(leaf, Literal):
            assert marker not in stored, "what can't be looked through might hold it"
