"""Only a whole, exact credential opens the webhook, and no header can make the check fail."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from service.receiver.authorisation import Authorisation, Credentials, InvalidCredential

TOKEN, OLD_TOKEN = "s3cret-token", "older/token+=="
BOTH = Authorisation(
    Credentials(
        bearer_tokens=[TOKEN, OLD_TOKEN],
        basic=[("auth0", "pass:wörd"), ("auth0", "older")],
        headers=[("X-Webhook-Key", "key one"), ("x-webhook-key", "key-two"), ("X-Other", "3")],
    )
)
BEARER = Authorisation(Credentials(bearer_tokens=[TOKEN]))


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def headers(*pairs: tuple[str, str]) -> CIMultiDict[str]:
    return CIMultiDict(pairs)


@pytest.mark.parametrize(
    "pair",
    [
        ("Authorization", f"Bearer {TOKEN}"),
        ("Authorization", f"Bearer {OLD_TOKEN}"),
        ("authorization", f"bearer {TOKEN}"),
        ("AUTHORIZATION", f"BEARER   {TOKEN}  "),
        ("Authorization", basic("auth0:pass:wörd")),
        ("Authorization", basic("auth0:older").replace("Basic", "bAsIc")),
        ("X-Webhook-Key", "key one"),
        ("x-webhook-key", "key-two"),
        ("X-Other", "3"),
    ],
)
def test_a_valid_credential_is_accepted(pair: tuple[str, str]) -> None:
    assert BOTH.accepts(headers(pair))


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Basic ",
        "Basic Og==",  # base64 of ":"
        TOKEN,
        f"Bearer{TOKEN}",
        f"Bearer\t{TOKEN}",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
        f"Basic {TOKEN}",
        f"Token {TOKEN}",
        "Bearer " + base64.b64encode(b"auth0:older").decode(),
        basic("auth0:pass:word"),
        basic("auth0:"),
        basic(":older"),
        basic("AUTH0:older"),
        "Basic ====",
        "Basic " + "A" * 100_000,
        "Bearer " + TOKEN * 10_000,
        "Bearer s3crét-token",
        "Bearer \udcff\udcfe",
        "Bearer \ud800",
        "Bearer \x00",
        "key one",
    ],
)
def test_anything_else_is_refused(value: str) -> None:
    assert not BOTH.accepts(headers(("Authorization", value)))


@pytest.mark.parametrize("value", ["", " ", "key", "key one ", "KEY ONE", "key one, key-two", "é"])
def test_a_wrong_custom_header_is_refused(value: str) -> None:
    assert not BOTH.accepts(headers(("X-Webhook-Key", value)))


def test_no_header_is_refused() -> None:
    assert not BOTH.accepts(headers())


def test_a_kind_that_is_not_configured_is_refused() -> None:
    assert not BEARER.accepts(headers(("Authorization", basic("auth0:older"))))
    assert not BEARER.accepts(headers(("X-Webhook-Key", "key one")))
    assert not BOTH.accepts(headers(("X-Other", "key one")))


def test_a_repeated_header_counts_only_if_all_are_the_same() -> None:
    good, bad = ("Authorization", f"Bearer {TOKEN}"), ("authorization", "Bearer other")
    assert BOTH.accepts(headers(good, good))
    assert not BOTH.accepts(headers(good, bad))
    assert not BOTH.accepts(headers(bad, good))
    assert not BOTH.accepts(headers(("X-Webhook-Key", "key one"), ("X-Webhook-Key", "key-two")))


def test_a_wrong_authorization_does_not_spoil_a_right_custom_header() -> None:
    assert BOTH.accepts(headers(("Authorization", "Bearer other"), ("X-Webhook-Key", "key one")))


def test_a_refusal_names_the_schemes_that_would_do() -> None:
    assert BEARER.challenges == 'Bearer realm="user-sync webhook"'
    assert [part.split(" ")[0] for part in BOTH.challenges.split(", ")] == [
        "Bearer",
        "Basic",
        "Header",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"bearer_tokens": [""]},
        {"bearer_tokens": [TOKEN, ""]},
        {"bearer_tokens": [" "]},
        {"bearer_tokens": ["two words"]},
        {"bearer_tokens": ["líne"]},
        {"bearer_tokens": ["line\n"]},
        {"basic": [("", "password")]},
        {"basic": [("user", "")]},
        {"basic": [("us:er", "password")]},
        {"headers": [("", "key")]},
        {"headers": [("X Key", "key")]},
        {"headers": [("X-Key", "")]},
        {"headers": [("X-Key", "key ")]},
        {"headers": [("X-Key", "ke\ny")]},
        {"headers": [("X-Key", "kéy")]},
    ],
)
def test_credentials_that_must_not_be_used_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidCredential):
        Credentials(**arguments)  # type: ignore[arg-type]


def test_secrets_are_neither_shown_nor_told_in_errors() -> None:
    shown = repr(Credentials(bearer_tokens=[TOKEN], basic=[("user", "hidden-word")]))
    assert TOKEN not in shown
    assert "hidden-word" not in shown
    with pytest.raises(InvalidCredential) as refusal:
        Credentials(bearer_tokens=["two words"])
    assert "two words" not in str(refusal.value)


@given(st.lists(st.tuples(st.sampled_from(["Authorization", "X-Webhook-Key"]), st.text())))
def test_no_header_makes_the_check_fail(pairs: list[tuple[str, str]]) -> None:
    assert BOTH.accepts(CIMultiDict(pairs)) in {True, False}
