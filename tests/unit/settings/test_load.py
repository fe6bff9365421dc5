"""The environment becomes settings, or a list of everything that is wrong with it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import (
    SettingsError,
    doubtful_exclusions,
    load_settings,
    unknown_variables,
)
from service.settings.catalogue import ENTRIES, Entry


def problems(**variables: str) -> list[str]:
    with pytest.raises(SettingsError) as wrong:
        load_settings({f"USER_SYNC_{name}": text for name, text in variables.items()})
    return [str(problem) for problem in wrong.value.problems]


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = load_settings({})
    assert settings.doors.port == 8080
    assert settings.doors.private_host == "127.0.0.1"
    assert settings.journal.duplicate_window_us == 600_000_000
    assert settings.index.tombstone_retention_us == 30 * 86_400_000_000
    assert settings.opensearch.timeout_seconds == 30.0
    assert settings.webhook.body_limit_bytes == 32 * 1024 * 1024
    assert settings.indexing.future_tolerance_us == 3_600_000_000
    assert not settings.webhook.has_credential


def test_variables_replace_defaults() -> None:
    settings = load_settings(
        {
            "USER_SYNC_WEBHOOK_TOKENS": "old, new",
            "USER_SYNC_TENANT": "acme",
            "USER_SYNC_DELETION_MODE": "Delete",
            "USER_SYNC_BOOTSTRAP": "off",
            "USER_SYNC_EXCLUDE_FIELDS": "last_ip, app_metadata.secret",
            "USER_SYNC_OPENSEARCH_TIMEOUT": "1.5s",
            "PATH": "/bin",
        }
    )
    assert [t.get_secret_value() for t in settings.webhook.tokens] == ["old", "new"]
    assert settings.webhook.has_credential
    assert settings.journal.tenant == "acme"
    assert settings.index.deletion_mode == "delete"
    assert settings.index.bootstrap is False
    assert settings.index.exclude_fields.names == ("last_ip", "app_metadata.secret")
    assert settings.opensearch.timeout_seconds == 1.5


def test_settings_do_not_change() -> None:
    settings = load_settings({})
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings.doors, "port", 1)  # noqa: B010 — mypy knows it is read-only


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_variable_is_unset(text: str) -> None:
    settings = load_settings({"USER_SYNC_TENANT": text, "USER_SYNC_PORT": text})
    assert settings.journal.tenant is None
    assert settings.doors.port == 8080


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("PORT", "eighty", "'eighty' is not a whole number; for example USER_SYNC_PORT=8080"),
        ("PORT", "65536", "the most is 65535; for example USER_SYNC_PORT=8080"),
        ("HOST", "http://x", "is not an IP address or a host name, without a port"),
        ("OPENSEARCH_TIMEOUT", "1h", "the most is 10m; for example USER_SYNC_OPENSEARCH_TIMEOUT="),
        ("OPENSEARCH_TIMEOUT", "1ms", "the least is 100ms"),
        ("OPENSEARCH_URL", "x:9200", "does not begin with http:// or https://"),
        ("OPENSEARCH_CA_FILE", "/no/such.pem", "there is no file '/no/such.pem'"),
        (
            "JOURNAL_MAX_BYTES",
            "1000",
            "the least is 1MiB; for example USER_SYNC_JOURNAL_MAX_BYTES=",
        ),
        ("BODY_LIMIT", "big", "'big' is not a size: a number and one of KiB, MiB, GiB"),
        ("JOURNAL_MIN_FREE_BYTES", "0", "the least is 1MiB"),
        ("TOMBSTONE_RETENTION", "0", "the least is 1s"),
        ("TOMBSTONE_RETENTION", "1 month", "is not a duration: a number and one of d, h, m, s, ms"),
        ("BULKS_IN_FLIGHT", "0", "the least is 1"),
        ("INDEX", "Users", "has capital letters"),
        ("TENANT", "a b", "holds a blank"),
        ("DELETION_MODE", "hard", "'hard' is not one of tombstone, delete"),
        ("LOG_FORMAT", "xml", "'xml' is not one of auto, json, text"),
        ("LOG_LEVEL", "loud", "'loud' is not one of debug, info, warning, error"),
        ("BOOTSTRAP", "perhaps", "'perhaps' is neither on nor off"),
        ("EXCLUDE_FIELDS", "a,,b", "element 2 of 3 is empty"),
        ("EXCLUDE_FIELDS", "email,user_id", "'user_id' can't be excluded"),
        ("WEBHOOK_TOKENS", "a,", "element 2 of 2 is empty; for example USER_SYNC_WEBHOOK_TOKENS="),
        ("ADMIN_TOKENS", "abc", "is not name:token"),
    ],
)
def test_a_bad_value_names_the_variable_the_fault_and_an_example(
    name: str, text: str, said: str
) -> None:
    (problem,) = problems(**{name: text})
    assert problem.startswith(f"USER_SYNC_{name}: ")
    assert said in problem
    assert f"for example USER_SYNC_{name}=" in problem


def test_all_faults_are_told_at_once() -> None:
    told = problems(PORT="x", PRIVATE_PORT="y", WEBHOOK_TOKENS=",")
    assert [text.partition(":")[0] for text in told] == [
        "USER_SYNC_PORT",
        "USER_SYNC_PRIVATE_PORT",
        "USER_SYNC_WEBHOOK_TOKENS",
    ]


def test_the_error_is_a_text_for_people() -> None:
    with pytest.raises(SettingsError) as wrong:
        load_settings({"USER_SYNC_PORT": "x", "USER_SYNC_WEBHOOK_BASIC": "hush-hush"})
    text = str(wrong.value)
    assert text.startswith("2 settings are wrong:\n  USER_SYNC_PORT: ")
    assert "hush" not in text
    assert wrong.value.__cause__ is None
    assert wrong.value.__context__ is None


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("TENNANT", "did you mean USER_SYNC_TENANT?"),
        ("WEBHOOK_TOKEN", "did you mean USER_SYNC_WEBHOOK_TOKENS?"),
        ("SEARCH_TOKEN_FILE", "did you mean USER_SYNC_SEARCH_TOKENS_FILE?"),
        ("COLOUR_OF_THE_SKY", "there is no such setting"),
        ("PORT_FILE", "only secrets are read from a file; set USER_SYNC_PORT itself"),
    ],
)
def test_a_variable_that_is_no_setting_is_told_and_passed_over(name: str, remedy: str) -> None:
    environ = {f"USER_SYNC_{name}": "x"}
    load_settings(environ)
    (problem,) = unknown_variables(environ)
    assert remedy in str(problem)


@pytest.mark.parametrize(
    "name",
    [
        "USER_SYNC_TEST_OPENSEARCH",
        "USER_SYNC_ENGINE_HOME",
        "USER_SYNC_SERVICE_HOST",
        "USER_SYNC_PORT_8080_TCP_ADDR",
        "USER_SYNCHRONISER",
    ],
)
def test_others_variables_are_left_alone(name: str) -> None:
    load_settings({name: "x"})
    assert unknown_variables({name: "x"}) == []


def test_the_port_that_kubernetes_sets_is_explained() -> None:
    (problem,) = problems(PORT="tcp://10.96.0.7:8080")
    assert "Kubernetes" in problem
    assert "enableServiceLinks: false" in problem


COMPANIONS = {
    "USER_SYNC_OPENSEARCH_PASSWORD": {"USER_SYNC_OPENSEARCH_USERNAME": "x"},
    "USER_SYNC_AUTH0_CLIENT_SECRET": {
        "USER_SYNC_AUTH0_DOMAIN": "x.example",
        "USER_SYNC_AUTH0_CLIENT_ID": "x",
    },
}
"""What a secret is of no use without."""


class TestSecretFiles:
    def test_the_trailing_newline_is_stripped(self, tmp_path: Path) -> None:
        file = tmp_path / "password"
        file.write_bytes(b" correct horse \r\n")
        settings = load_settings(
            {"USER_SYNC_OPENSEARCH_PASSWORD_FILE": str(file), "USER_SYNC_OPENSEARCH_USERNAME": "x"}
        )
        assert settings.opensearch.password is not None
        assert settings.opensearch.password.get_secret_value() == " correct horse "

    def test_a_list_may_stand_one_a_line(self, tmp_path: Path) -> None:
        file = tmp_path / "tokens"
        file.write_text("one\ntwo\n")
        settings = load_settings({"USER_SYNC_WEBHOOK_TOKENS_FILE": str(file)})
        assert [t.get_secret_value() for t in settings.webhook.tokens] == ["one", "two"]

    def test_both_at_once_is_an_error(self, tmp_path: Path) -> None:
        file = tmp_path / "tokens"
        file.write_text("one")
        (problem,) = problems(WEBHOOK_TOKENS="one", WEBHOOK_TOKENS_FILE=str(file))
        assert problem == (
            "USER_SYNC_WEBHOOK_TOKENS_FILE: USER_SYNC_WEBHOOK_TOKENS is set too; "
            "set only one of them"
        )

    def test_a_tilde_is_the_home_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / "tokens").write_text("one")
        settings = load_settings({"USER_SYNC_WEBHOOK_TOKENS_FILE": "~/tokens"})
        assert [t.get_secret_value() for t in settings.webhook.tokens] == ["one"]

    def test_an_unreadable_file_is_named(self, tmp_path: Path) -> None:
        (problem,) = problems(WEBHOOK_TOKENS_FILE=str(tmp_path / "nope"))
        assert problem == (
            f"USER_SYNC_WEBHOOK_TOKENS_FILE: can't read {tmp_path}/nope: No such file or directory"
        )

    @pytest.mark.parametrize(
        ("content", "said"), [(b"\n", "is empty"), (b"\xff\xfe", "it is not UTF-8 text")]
    )
    def test_a_useless_file_is_named(self, tmp_path: Path, content: bytes, said: str) -> None:
        file = tmp_path / "tokens"
        file.write_bytes(content)
        (problem,) = problems(WEBHOOK_TOKENS_FILE=str(file))
        assert said in problem
        assert str(file) in problem

    @pytest.mark.parametrize(
        "entry", [entry for entry in ENTRIES if entry.kind.secret], ids=lambda e: e.variable
    )
    def test_every_secret_can_come_from_a_file(self, entry: Entry, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text(entry.kind.example + "\n")
        environ = {entry.variable + "_FILE": str(file), **COMPANIONS.get(entry.variable, {})}
        assert not entry.is_default(load_settings(environ))


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"OPENSEARCH_USERNAME": "x"},
            "USER_SYNC_OPENSEARCH_PASSWORD: it is unset, but the username is set",
        ),
        (
            {"OPENSEARCH_PASSWORD": "x"},
            "USER_SYNC_OPENSEARCH_USERNAME: it is unset, but the password is set",
        ),
        (
            {"AUTH0_DOMAIN": "x.example", "AUTH0_CLIENT_ID": "x"},
            "USER_SYNC_AUTH0_CLIENT_SECRET: it is unset, but USER_SYNC_AUTH0_DOMAIN is set",
        ),
        (
            {"OPENSEARCH_CA_FILE": __file__},
            (
                "USER_SYNC_OPENSEARCH_CA_FILE: it has no use while the URL begins with http://; "
                "use https:// in USER_SYNC_OPENSEARCH_URL"
            ),
        ),
        (
            {"PORT": "9000", "PRIVATE_PORT": "9000"},
            "USER_SYNC_PRIVATE_PORT: 9000 is the public door's port too; give each door its own",
        ),
        (
            {"WEBHOOK_TOKENS": "a,b", "SEARCH_TOKENS": "c,b"},
            (
                "USER_SYNC_SEARCH_TOKENS: element 2 is one of USER_SYNC_WEBHOOK_TOKENS; "
                "each door has credentials of its own"
            ),
        ),
        (
            {"WEBHOOK_BASIC": "auth0:a", "SEARCH_TOKENS": "a"},
            (
                "USER_SYNC_SEARCH_TOKENS: element 1 is one of USER_SYNC_WEBHOOK_BASIC; "
                "each door has credentials of its own"
            ),
        ),
        (
            {"WEBHOOK_HEADER": "X-Key: a", "ADMIN_TOKENS": "anna:a"},
            (
                "USER_SYNC_ADMIN_TOKENS: element 1 is one of USER_SYNC_WEBHOOK_HEADER; "
                "each door has credentials of its own"
            ),
        ),
    ],
)
def test_contradictions(variables: dict[str, str], said: str) -> None:
    assert problems(**variables) == [said]


def test_one_door_may_take_the_same_secret_in_several_ways() -> None:
    load_settings({"USER_SYNC_WEBHOOK_TOKENS": "a", "USER_SYNC_WEBHOOK_HEADER": "X-Key: a"})


def test_two_doors_may_share_a_port_on_different_addresses_or_take_any() -> None:
    same = {"USER_SYNC_PORT": "9000", "USER_SYNC_PRIVATE_PORT": "9000"}
    load_settings(same | {"USER_SYNC_HOST": "127.0.0.2"})
    load_settings({"USER_SYNC_PORT": "0", "USER_SYNC_PRIVATE_PORT": "0"})


@pytest.mark.parametrize("name", ["TOMBSTONE_RETENTION", "DEAD_LETTER_RETENTION"])
def test_a_retention_reaches_no_further_back_than_dates_do(name: str) -> None:
    load_settings({f"USER_SYNC_{name}": "36500d"})
    with pytest.raises(SettingsError):
        load_settings({f"USER_SYNC_{name}": "999999d"})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("emial", "email"),
        ("lastLogin", "last_login"),
        ("last_IP", "last_ip"),
        ("appmetadata.secret", "app_metadata.secret"),
        ("identity.profileData", "identities.profileData"),
    ],
)
def test_an_exclusion_that_may_be_misspelt_is_told(name: str, meant: str) -> None:
    """Who excludes a field relies on it, and the one that was meant would be indexed."""
    (problem,) = doubtful_exclusions({"USER_SYNC_EXCLUDE_FIELDS": f"last_ip, {name}"})
    assert name in problem.wrong
    assert problem.remedy == f"did you mean {meant}?"


@pytest.mark.parametrize(
    "names", ["", "locale, zip_code", "last_ip,app_metadata.emial,unknown_fields,attributes"]
)
def test_other_exclusions_are_not_doubted(names: str) -> None:
    assert doubtful_exclusions({"USER_SYNC_EXCLUDE_FIELDS": names}) == []
