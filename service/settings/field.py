"""How a setting is declared: its variable, unit, default and meaning in one line of code."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, SecretStr

from service.documents.exclusion import Exclusions
from service.settings import quantities, texts

PREFIX = "USER_SYNC_"
MASK = "********"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field's text means: its unit, an example, and how its value is shown."""

    unit: str
    example: str
    show: Callable[[Any], str] = str
    secret: bool = False


def _from_text(parse: Callable[[str], object]) -> BeforeValidator:
    """Parse what came as text; values set in code pass as they are."""
    return BeforeValidator(lambda raw: parse(raw) if isinstance(raw, str) else raw)


def _or_nothing(value: object) -> str:
    return "" if value is None else str(value)


def _masked(value: object) -> str:
    """As many masks as there are secrets, whatever their length."""
    if isinstance(value, tuple):
        return ",".join([MASK] * len(value))
    return "" if value is None else MASK


def one_of(*words: str) -> BeforeValidator:
    """One of a few words, in any case."""

    def parse(text: str) -> str:
        chosen = text.strip().lower()
        if chosen not in words:
            raise ValueError(f"{quantities.shortened(text)} is not one of {', '.join(words)}")
        return chosen

    return _from_text(parse)


Duration = Annotated[
    int,
    _from_text(quantities.duration_us),
    Kind("duration", "10m", quantities.format_duration),
]
Seconds = Annotated[
    float,
    _from_text(quantities.duration_seconds),
    Kind("duration", "30s", quantities.format_seconds),
]
Size = Annotated[
    int, _from_text(quantities.size_bytes), Kind("bytes", "32MiB", quantities.format_size)
]
Count = Annotated[int, _from_text(quantities.whole_number), Kind("number", "500")]
Port = Annotated[int, _from_text(quantities.whole_number), Kind("port", "8080")]
Switch = Annotated[
    bool, _from_text(quantities.switch), Kind("on|off", "on", quantities.format_switch)
]
Host = Annotated[str, _from_text(texts.host), Kind("address", "127.0.0.1")]
Url = Annotated[
    str, _from_text(texts.opensearch_url), Kind("URL", "https://search.example.com:9200")
]
OptionalDomain = Annotated[
    str | None,
    _from_text(texts.auth0_domain),
    Kind("domain", "acme.eu.auth0.com", _or_nothing),
]
IndexName = Annotated[str, _from_text(texts.index_name), Kind("name", "auth0-users")]
OptionalTenant = Annotated[
    str | None, _from_text(texts.tenant_name), Kind("text", "acme", _or_nothing)
]
OptionalWord = Annotated[str | None, _from_text(texts.word), Kind("text", "acme", _or_nothing)]
OptionalFile = Annotated[
    Path | None,
    _from_text(texts.existing_file),
    Kind("path", "/etc/ssl/opensearch-ca.pem", _or_nothing),
]
FilePath = Annotated[
    Path, _from_text(texts.path_to_be), Kind("path", "/var/lib/user-sync/journal.db")
]
ExcludedFields = Annotated[
    InstanceOf[Exclusions],
    _from_text(texts.excluded_fields),
    Kind("list", "last_ip,identities.profileData", lambda exclusions: ",".join(exclusions.names)),
]
OptionalPassword = Annotated[
    SecretStr | None, Kind("secret", "correct-horse-battery", _masked, secret=True)
]
Tokens = Annotated[
    tuple[SecretStr, ...],
    _from_text(texts.tokens),
    Kind("secret list", "token-1,token-2", _masked, secret=True),
]
BasicCredentials = Annotated[
    tuple[texts.BasicCredential, ...],
    _from_text(texts.basic_credentials),
    Kind("secret list", "auth0:correct-horse-battery", _masked, secret=True),
]
HeaderCredentials = Annotated[
    tuple[texts.HeaderCredential, ...],
    _from_text(texts.header_credentials),
    Kind("secret list", "X-Webhook-Key: correct-horse-battery", _masked, secret=True),
]
NamedTokens = Annotated[
    tuple[texts.NamedToken, ...],
    _from_text(texts.named_tokens),
    Kind("secret list", "anna:token-1,ops:token-2", _masked, secret=True),
]


class Group(BaseModel):
    """A few settings that belong together. Made from variables' texts, or from values in code."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, validate_by_name=True
    )


def setting(
    name: str,
    default: object,
    meaning: str,
    *,
    least: float | None = None,
    most: float | None = None,
) -> Any:
    """Declare the field of USER_SYNC_<name>.

    default: the text a person would set, or the value that stands for nothing. meaning: what it
    does, and why this default. least, most: bounds of the value, in the field's unit, inclusive.
    """
    return Field(default=default, alias=PREFIX + name, description=meaning, ge=least, le=most)
