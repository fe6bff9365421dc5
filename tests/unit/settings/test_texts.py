"""Names, addresses and credentials: what is taken and what each refusal says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.settings import texts


def test_lists_are_trimmed() -> None:
    assert texts.elements(" a, b ,c ") == ("a", "b", "c")


def test_a_list_in_a_file_may_stand_one_a_line() -> None:
    assert texts.elements("a\nb\r\n") == ("a", "b")


@pytest.mark.parametrize(
    ("text", "place"), [("a,,b", "2 of 3"), (",a", "1 of 2"), ("a,", "2 of 2")]
)
def test_an_empty_element_is_refused(text: str, place: str) -> None:
    with pytest.raises(ValueError, match=f"element {place} is empty"):
        texts.elements(text)


def test_tokens() -> None:
    found = texts.tokens("one,two=/+.~")
    assert [token.get_secret_value() for token in found] == ["one", "two=/+.~"]


def test_basic_credentials() -> None:
    (first, second) = texts.basic_credentials("auth0:pass:word,other:with blank")
    assert (first.username, first.password.get_secret_value()) == ("auth0", "pass:word")
    assert second.password.get_secret_value() == "with blank"


def test_header_credentials() -> None:
    (found,) = texts.header_credentials("X-Webhook-Key: s3cret: value")
    assert (found.name, found.value.get_secret_value()) == ("X-Webhook-Key", "s3cret: value")


def test_named_tokens() -> None:
    (anna, ops) = texts.named_tokens("anna:one,ops:two:three")
    assert (anna.name, anna.token.get_secret_value()) == ("anna", "one")
    assert ops.token.get_secret_value() == "two:three"


SECRET = "hush-hush"


@pytest.mark.parametrize(
    ("parse", "text", "said"),
    [
        (texts.tokens, f"a,{SECRET} x", "element 2 holds a blank"),
        (texts.tokens, f"{SECRET}\x00", "element 1 holds a blank, a control"),
        (texts.tokens, f"{SECRET}é", "or a non-ASCII character"),
        (texts.header_credentials, f"X-Key: {SECRET}é", "or a non-ASCII character"),
        (texts.basic_credentials, SECRET, "element 1 is not user:password"),
        (texts.basic_credentials, f":{SECRET}", "empty user or password"),
        (texts.basic_credentials, f"{SECRET}:", "empty user or password"),
        (texts.header_credentials, SECRET, "element 1 is not Header-Name: value"),
        (texts.header_credentials, f"X Key: {SECRET}", "can't be a header's name"),
        (texts.header_credentials, f"{SECRET}: ", "empty value"),
        (texts.named_tokens, SECRET, "is not name:token"),
        (texts.named_tokens, f"an na:{SECRET}", "letters, digits"),
        (texts.named_tokens, "anna:", "empty token"),
        (texts.named_tokens, f"anna:{SECRET},anna:other", "repeats the name anna"),
        (texts.opensearch_url, f"https://user:{SECRET}@host:9200", "USER_SYNC_OPENSEARCH_PASSWORD"),
        (texts.opensearch_url, f"ftp://user:{SECRET}@host", "USER_SYNC_OPENSEARCH_PASSWORD"),
        (texts.opensearch_url, f"http://a,http://u:x,{SECRET}@b", "USER_SYNC_OPENSEARCH_PASSWORD"),
    ],
)
def test_a_bad_secret_is_refused_without_being_repeated(
    parse: Callable[[str], object], text: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        parse(text)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:9200", "http://127.0.0.1:9200"),
        ("https://search.example.com/", "https://search.example.com"),
        (" https://[::1]:9200/prefix/ ", "https://[::1]:9200/prefix"),
        ("http://one:9200/, http://two:9200", "http://one:9200,http://two:9200"),
    ],
)
def test_urls(text: str, url: str) -> None:
    assert texts.opensearch_url(text) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("localhost:9200", "does not begin with http"),
        ("https://", "names no host"),
        ("http://host:0", "impossible port"),
        ("http://host:99999", "can't be read"),
        ("http://[::1", "can't be read"),
        ("http://host/?pretty", "more than scheme"),
        ("http://one,two:9200", "two:9200' does not begin with http"),
        ("http://one,", "element 2 of 2 is empty"),
        ("http://one,http://one/", "is there twice"),
        ("http://one,https://two", "some of the URLs begin with http://, others with https://"),
    ],
)
def test_what_is_no_url(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        texts.opensearch_url(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("acme.eu.auth0.com", "https://acme.eu.auth0.com"),
        (" https://acme.eu.auth0.com/ ", "https://acme.eu.auth0.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_domains(text: str, url: str) -> None:
    assert texts.auth0_domain(text) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a domain"),
        ("http://acme.eu.auth0.com", "begin with https://"),
        ("ftp://127.0.0.1", "begin with https://"),
        ("acme.eu.auth0.com/api/v2/", "more than a domain"),
        ("https://id:key@acme.eu.auth0.com", "more than a domain"),
        ("acme eu", "not a domain"),
        ("acme.eu.auth0.com:0", "not a domain"),
        ("acme.eu.auth0.com:x", "can't be read"),
    ],
)
def test_what_is_no_domain(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        texts.auth0_domain(text)


@pytest.mark.parametrize("text", ["0.0.0.0", "::1", "localhost", "search-1.example.com", "db_1"])
def test_hosts(text: str) -> None:
    assert texts.host(text) == text


@pytest.mark.parametrize("text", ["http://host", "host:80", "1.2.3.400", "[::1]", "-x", "a b"])
def test_what_is_no_host(text: str) -> None:
    with pytest.raises(ValueError, match="is not an IP address or a host name"):
        texts.host(text)


@pytest.mark.parametrize("text", ["auth0-users", "users_2", "müller", "a" * 240])
def test_index_names(text: str) -> None:
    assert texts.index_name(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Users", "capital letters"),
        ("a/b", "holds '/'"),
        ("a*,b", r"holds '\*' ','"),
        ("_users", "begins with"),
        (".users", "begins with"),
        ("a\x07", "not printable"),
        ("a" * 241, "longer than 240 bytes"),
        ("ü" * 121, "longer than 240 bytes"),
    ],
)
def test_what_is_no_index_name(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        texts.index_name(text)


def test_words_hold_no_blanks() -> None:
    assert texts.word(" acme ") == "acme"
    with pytest.raises(ValueError, match="holds a blank"):
        texts.word("ac me")


def test_a_tenant_is_named_as_its_events_do() -> None:
    assert texts.tenant_name(" acme ") == "acme"
    for text in ("acme.eu.auth0.com", "acme.auth0.com"):
        with pytest.raises(ValueError, match="events name the tenant acme"):
            texts.tenant_name(text)


def test_files(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no file"):
        texts.existing_file(str(tmp_path / "ca.pem"))
    with pytest.raises(ValueError, match=r"can't read|there is no file"):
        texts.existing_file(str(tmp_path / ("x" * 256)))
    with pytest.raises(ValueError, match="is a directory"):
        texts.path_to_be(str(tmp_path))
    assert texts.path_to_be(str(tmp_path / "journal.db")) == tmp_path / "journal.db"


def test_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert texts.path_to_be("~/journal.db") == tmp_path / "journal.db"
    with pytest.raises(ValueError, match="there is no home directory"):
        texts.path_to_be("~nobody-of-this-name/journal.db")


def test_a_percent_sign_is_no_part_of_an_index_name() -> None:
    with pytest.raises(ValueError, match="%"):
        texts.index_name("100%users")


def test_a_file_name_that_no_file_system_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        texts.path_to_be("/tmp/" + "x" * 256)
