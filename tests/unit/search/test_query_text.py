"""What was typed, taken apart."""

from urllib.parse import quote

import pytest

from service.search.phone_number import phone_digits
from service.search.query_text import (
    MAX_CHARS,
    MAX_TERMS,
    MAX_WORDS,
    QueryText,
    TooMuchText,
    Word,
    otherwise_spelt,
    read_query_text,
    spellings,
    term_count,
    trimmed,
)


@pytest.mark.parametrize("typed", ["", "   ", "\t\n", "\u3000\u2028"])
def test_nothing_typed_is_no_query(typed: str) -> None:
    assert read_query_text(typed) is None


@pytest.mark.parametrize("typed", ["\0", " \0 ", "\x1c", "\x1f\n"])
def test_what_is_no_text_is_not_nothing(typed: str) -> None:
    """Nobody has it in a name; everybody would be found without it."""
    text = read_query_text(typed)
    assert text is not None
    assert len(text.words) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ann sm", ["ann", "sm"]),
        ("  ann \t sm ", ["ann", "sm"]),
        ("ann - sm", ["ann", "sm"]),
        ("-", ["-"]),
        ("Jose\u0301", ["José"]),
        ("山田　太郎", ["山田", "太郎"]),
        ("a\0b", ["a", "b"]),
        ("'auth0|5f7c8',", ["auth0|5f7c8"]),
        ("auth0|", ["auth0|"]),
        (
            "https://manage.auth0.com/dashboard/eu/acme/users/YXV0aDAlN0M1ZjdjOGVjN2MzM2M2YzAwNGI",
            ["auth0|5f7c8ec7c33c6c004b"],
        ),
        ("<https://manage.auth0.com/#/users/YXV0aDAlN0MxMg/roles>", ["auth0|12"]),
        ("https://acme.eu.auth0.com/api/v2/users/auth0%7C5f7c8?fields=a", ["auth0|5f7c8"]),
        ("http://127.0.0.1:8081/#/users/auth0%7C5f7c8", ["auth0|5f7c8"]),
        ("http://acme.example/users/smith", ["http://acme.example/users/smith"]),
        ("http://acme.example/users/é", ["http://acme.example/users/é"]),
        ("<ann.smith@acme.com>", ["ann.smith@acme.com"]),
        ('"ann.smith@acme.com"', ["ann.smith@acme.com"]),
        ("'ann.smith@acme.com',", ["ann.smith@acme.com"]),
        ("(ann.smith@acme.com).", ["ann.smith@acme.com"]),
        ("ann.smith@acme.com;", ["ann.smith@acme.com"]),
        ("ann.smith@acme.com\u200b", ["ann.smith@acme.com"]),
        ("ann.\u200bsmith@acme.com", ["ann.smith@acme.com"]),
        ("mailto:ann.smith@acme.com", ["ann.smith@acme.com"]),
        ("<MAILTO:ann.smith@acme.com>", ["ann.smith@acme.com"]),
        ("ann.smith@acme.com!", ["ann.smith@acme.com"]),
        ("[mailto:ann.smith@acme.com]", ["ann.smith@acme.com"]),
        ("\u201cann.smith@acme.com\u201d", ["ann.smith@acme.com"]),
        ("mailto:ann%2Bnews@acme.com?subject=Hi", ["ann+news@acme.com"]),
        ("ann%2Bnews@acme.com?", ["ann%2Bnews@acme.com"]),
        ("Ann Smith <ann.smith@acme.com>", ["Ann", "Smith", "ann.smith@acme.com"]),
        ('{"email":"ann.smith@acme.com"}', ["ann.smith@acme.com"]),
        ("email='ann.smith@acme.com',", ["ann.smith@acme.com"]),
        ("user:ann.smith@acme.com", ["ann.smith@acme.com"]),
        ("ann=b@acme.com", ["ann=b@acme.com"]),
        ("https://acme.com/@ann", ["https://acme.com/@ann"]),
        ("user_id=auth0|5f7c8,", ["auth0|5f7c8"]),
        ('{"sub":"samlp|acme|ann@acme.com"}', ["samlp|acme|ann@acme.com"]),
        ("oauth2|a:b|12", ["oauth2|a:b|12"]),
        ("<@acme.com>", ["@acme.com"]),
        ("ann@acme.com;bob@acme.com,", ["ann@acme.com", "bob@acme.com"]),
        ("ann@acme.com,<bob@acme.com>", ["ann@acme.com", "bob@acme.com"]),
        ("Ann Smith<ann@acme.com>", ["Ann", "Smith", "ann@acme.com"]),
        ("Ann Smith(ann@acme.com)", ["Ann", "Smith", "ann@acme.com"]),
        ("Ann,ann@acme.com,samlp|a,b@acme.com", ["Ann", "ann@acme.com", "samlp|a,b@acme.com"]),
        ('{"email":"ann@acme.com","blocked":0}', ["ann@acme.com", '"blocked":0}']),
        ("samlp|acme|smith,ann@acme.com", ["samlp|acme|smith,ann@acme.com"]),
        ("mailto:ann@acme.com?subject=a,b", ["ann@acme.com"]),
        ("Smith,Ann", ["Smith,Ann"]),
        ("GET /api/v2/users/auth0%7C5f7c8/roles", ["GET", "auth0|5f7c8"]),
        ('"path":"/api/v2/users/auth0%7C5f7c8"', ["auth0|5f7c8"]),
        ("https://manage.auth0.com/#/users/auth0%257C5f7c8", ["auth0|5f7c8"]),
        ("auth0%257C5f7c8", ["auth0|5f7c8"]),
        ("oidc|https://idp.example/users/a%7Cb", ["oidc|https://idp.example/users/a%7Cb"]),
        ("/users/smith", ["/users/smith"]),
        ("tel:+44%2020%207946%200147", ["+44", "20", "7946", "0147"]),
        ("tel:+442079460147", ["+442079460147"]),
        ("tel: Ann", ["tel:", "Ann"]),
        ("google-oauth2%7C1035479", ["google-oauth2|1035479"]),
        ("samlp%7cacme%7Cann%40acme.com", ["samlp|acme|ann@acme.com"]),
        ("50%7C", ["50%7C"]),
        # links of Slack and Jira, with what is shown of them
        ("<mailto:ann@acme.com|ann@acme.com>", ["ann@acme.com"]),
        ("<mailto:ann@acme.com|Ann Smith>", ["ann@acme.com", "Smith>"]),
        ("[ann@acme.com|mailto:ann@acme.com]", ["ann@acme.com"]),
        ("[Ann Smith|mailto:ann@acme.com]", ["[Ann", "Smith", "ann@acme.com"]),
        ("<tel:+442079460147|+44 20 7946 0147>", ["+442079460147"]),
        # addresses that are written out
        ("ann [at] acme.com", ["ann@acme.com"]),
        ("ann.smith(at)acme(dot)com", ["ann.smith@acme.com"]),
        (
            "Ann: ann [dot] smith [AT] mail [dot] acme [dot] com.",
            ["Ann:", "ann.smith@mail.acme.com"],
        ),
        ("ann.smith at acme.com", ["ann.smith@acme.com"]),
        ("ann dot smith at acme dot com", ["ann.smith@acme.com"]),
        ("Siemens (AT) Support", ["Siemens", "(AT)", "Support"]),
        ("ann at acme", ["ann", "at", "acme"]),
        ("meet at bob@acme.com", ["meet", "at", "bob@acme.com"]),
        # in the address of a page
        ("ann%2Bnews%40acme.com", ["ann+news@acme.com"]),
        ("ann%40", ["ann%40"]),
        ("https://acme.com/admin?user=ann%40acme.com&x=1", ["ann@acme.com"]),
        ("https://acme.com/login?email=ann@acme.com", ["ann@acme.com"]),
        ("https://acme.com/customers/ann%40acme.com/orders", ["ann@acme.com"]),
        ("https://acme.com/logs?user_id=auth0%7C5f7c8&x=1", ["auth0|5f7c8"]),
        ("https://acme.com/logs?q=user_id:auth0%257C5f7c8", ["auth0|5f7c8"]),
        ("https://acme.com/logs?q=user_id%3A%22auth0%7C5f7c8%22", ["auth0|5f7c8"]),
        (
            "https://acme.com/logs?q=user_id%3A%22samlp%7Cacme%7Cann%40acme.com%22",
            ["samlp|acme|ann@acme.com"],
        ),
        ("https://acme.com/#search/from%3Aann%40acme.com", ["ann@acme.com"]),
        ("Ann &lt;ann@acme.com&gt;", ["Ann", "ann@acme.com"]),
        ("AT&T &amp Co", ["AT&T", "&amp", "Co"]),
        # the marks of a page, a table, a directory; letters of another encoding
        ("<b>Ann</b> Smith", ["Ann", "Smith"]),
        ('<td class="name">Ann</td><td>Smith</td>', ["Ann", "Smith"]),
        ("Ann <ann>", ["Ann", "<ann>"]),
        ("M&#252;ller M&uuml;ller&nbsp;M&#xFC;ller", ["Müller", "Müller", "Müller"]),
        ("&nothing; &#0;", ["&nothing;"]),
        ("[Ann Smith](mailto:ann@acme.com)", ["[Ann", "Smith", "ann@acme.com"]),
        ("CN=Ann Smith,OU=Sales,DC=acme,DC=com", ["Ann", "Smith"]),
        ("cn=Smith\\, Ann, ou=Sales", ["Smith,", "Ann"]),
        ("CN=Ann Smith,E=ann@acme.com,O=Acme", ["Ann", "Smith", "ann@acme.com"]),
        ("CN=Ann", ["CN=Ann"]),
        ("ann_b.com%23EXT%23@acme.com", ["ann_b.com#EXT#@acme.com"]),
        ("Ann%20M%C3%BCller", ["Ann", "Müller"]),
        ("M%FCller 50% 50%25 a%2540b", ["M%FCller", "50%", "50%25", "a%2540b"]),
        ("J\u00c3\u00bcrgen Stra\u00c3\u0178e", ["Jürgen", "Straße"]),
        ("Mar\u00c3\u00ada \u00c3\u0081vila", ["María", "Ávila"]),
        ("Ã Müller", ["Ã", "Müller"]),
        ("\u202aAnn\u202c", ["Ann"]),
        ("Ann\u00ada", ["Anna"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("\u202e", ["\u202e"]),
        ("O'Brien,", ["O'Brien,"]),
    ],
)
def test_words(typed: str, words: list[str]) -> None:
    text = read_query_text(typed)
    assert text is not None
    assert [word.text for word in text.words] == words


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("+44 7700 900123", "447700900123"),
        ("0044 (0)7700-900.123", "447700900123"),
        ("07700 900123", "7700900123"),
        ("(020) 7946 0000", "2079460000"),
        ("９００１２３", "900123"),
        ("1234", "1234"),
        ("123", None),
        ("0147", "0147"),
        ("00123", "00123"),
        ("0 147", "0147"),
        ("\u202a+44 20 7946\u200e 0147\u202c", "442079460147"),
        ("+442079460147,", "442079460147"),
        ("+442079460147;", "442079460147"),
        ('"+44 20 7946 0147"', "442079460147"),
        ("[+442079460147]", "442079460147"),
        ("+44 ( 0 ) 20 7946 0147", "442079460147"),
        ("\uff0b\uff14\uff14 20\u00b77946\u22120147", "442079460147"),
        ("12345678901234567890", "123456789012345"),
        ("900123x", None),
        ("***900123", "900123"),
        ("+44 **** **0123", "0123"),
        ("xxx-xxx-4567", "4567"),
        ("\u2022\u2022\u2022\u2022 4567", "4567"),
        ("xx4567", None),
        ("***", None),
        ("ann", None),
        ("²²²²", None),
        ("", None),
    ],
)
def test_phone_numbers_in_any_format(typed: str, digits: str | None) -> None:
    assert phone_digits(typed) == digits


@pytest.mark.parametrize(
    ("typed", "is_address", "is_domain"),
    [
        ("ann@acme.com", True, False),
        ("ann@", True, False),
        ("@acme.com", False, True),
        ("@", True, False),
        ("@@", True, False),
        ("ann", False, False),
    ],
)
def test_addresses_and_domains(typed: str, is_address: bool, is_domain: bool) -> None:
    text = read_query_text(typed)
    assert text is not None
    assert (text.words[0].is_address, text.words[0].is_domain) == (is_address, is_domain)


@pytest.mark.parametrize(
    ("text", "bare"),
    [("J.", "J"), ("(O'Neil),", "O'Neil"), ("?!", "?!"), ("สุชา\u0e4c.", "สุชา\u0e4c"), ("", "")],
)
def test_punctuation_around_is_trimmed(text: str, bare: str) -> None:
    assert trimmed(text) == bare


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("<ann@acme.com>,", "ann@acme.com"),
        ("(ann@acme.com).", "ann@acme.com"),
        ("(<@>)", "@"),
        ("\u202a ann  smith\u202c", "ann smith"),
        ("tel:+44 20 7946 0147", "+44 20 7946 0147"),
        ("<tel:+44 20 7946 0147>", "+44 20 7946 0147"),
        ("tel:+44 20 7946 0147;", "+44 20 7946 0147"),
        ("tel:+44-20-7946-0147;ext=12", "+44-20-7946-0147"),
        ("tel:ann", "tel:ann"),
    ],
)
def test_the_whole_is_without_what_pasting_brings_along(typed: str, whole: str) -> None:
    text = read_query_text(typed)
    assert text is not None
    assert text.whole == whole


@pytest.mark.parametrize(
    "typed",
    ["x" * (MAX_CHARS + 1), "x " * (MAX_WORDS + 1), "山" * (MAX_TERMS + 1), "a." * (MAX_TERMS + 1)],
)
def test_too_much_is_refused(typed: str) -> None:
    with pytest.raises(TooMuchText, match="at most"):
        read_query_text(typed)


@pytest.mark.parametrize(
    "user_id", ["samlp|acme|" + "x" * MAX_CHARS, "samlp|acme|" + "a." * MAX_TERMS + "b"]
)
def test_an_id_alone_may_be_of_any_length(user_id: str) -> None:
    for typed in (user_id, f' "{user_id}",', quote(user_id, safe="")):
        assert read_query_text(typed) == QueryText((), user_id)
    assert read_query_text(f"id {user_id}") == QueryText((), user_id)
    with pytest.raises(TooMuchText, match="at most"):
        read_query_text(f"{user_id} {user_id}")


def test_of_too_much_text_addresses_and_ids_are_searched_for() -> None:
    message = (
        "Von: Ann Smith <ann@acme.com> Gesendet: Montag, 3. März 2025 10:12 An: us Betreff: Login"
    )
    text = read_query_text(f"{message} | id: auth0|12")
    assert text is not None
    assert [word.text for word in text.words] == ["ann@acme.com", "auth0|12"]
    with pytest.raises(TooMuchText, match="at most"):
        read_query_text("ann@acme.com " * (MAX_WORDS + 1))
    with pytest.raises(TooMuchText, match="at most"):
        read_query_text("meet @ann | " * MAX_WORDS)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", 0),
        ("ann", 1),
        ("Ann-Marie O'Neil", 4),
        ("e\u0301ve", 1),
        ("अमिताभ", 1),
        ("สมชาย", 1),
        ("山本 五十六", 5),
        ("김민준", 3),
        ("a山b", 3),
        ("😀☺", 2),
        ("?!", 0),
    ],
)
def test_terms_are_counted(text: str, terms: int) -> None:
    assert term_count(text) == terms


def test_a_whole_name_is_looked_for_with_up_to_two_marks() -> None:
    assert spellings(["chloe", "smith"]) == ["chloe smith", "chloe-smith", "chloe, smith"]
    assert "robert tables, jr." in spellings(["robert", "tables", "jr"])
    assert "anne-marie smith-jones" in spellings(["anne", "marie", "smith-jones"])
    assert spellings(["robert"]) == ["robert"]
    assert spellings(["-"]) == [""]


def test_there_are_only_so_many_ways_to_write_a_name() -> None:
    assert max(len(spellings(["ab"] * words)) for words in range(MAX_WORDS)) < 60


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("Müll", "muell"),
        ("koett", "kott"),
        ("Aase", "ase"),
        ("oestergaard", "ostergaard"),
        ("Söders-mueller", "soeders-mueller"),
        ("smith", None),
        ("Elena", None),
        ("الجبرتي", "جبرتي"),
        ("جبرتي", "الجبرتي"),
        ("ひな", "ヒナ"),
        ("ヒナ", "ひな"),
        ("张伟", "張偉"),
        ("張偉", "张伟"),
        ("王芳", None),
    ],
)
def test_umlauts_articles_kana_and_characters_may_be_spelt_otherwise(
    written: str, otherwise: str | None
) -> None:
    assert otherwise_spelt(written) == otherwise


@pytest.mark.parametrize(
    ("word", "site"),
    [
        ("www.acme.com", "acme.com"),
        ("https://acme.co.uk", "acme.co.uk"),
        ("HTTP://WWW.Acme.com/", "acme.com"),
        ("https://acme.com/contact", None),
        ("acme.com", None),
        ("www.", None),
    ],
)
def test_the_domain_of_a_home_page(word: str, site: str | None) -> None:
    assert Word(word).site == site
