"""The attributes that Auth0 adds to a CloudEvent. None decides whether an event can be indexed."""

from service.events.json_value import JsonValue


def stream(envelope: dict[str, JsonValue]) -> str | None:
    """The event stream that delivered the event; None when it isn't named by a proper string."""
    return _name(envelope.get("a0stream"))


def tenant(envelope: dict[str, JsonValue]) -> str | None:
    """The tenant whose event it is; None when it isn't named by a proper string."""
    return _name(envelope.get("a0tenant"))


def named_tenant(envelope: dict[str, JsonValue]) -> str | None:
    """Whatever string stands where the tenant's name belongs; with a lone surrogate, nobody's."""
    named = envelope.get("a0tenant")
    return named if isinstance(named, str) and named else None


def is_test(envelope: dict[str, JsonValue]) -> bool:
    """Whether the event was sent from the dashboard to try the stream, and is about nobody."""
    return envelope.get("a0purpose") == "test"


def _name(value: JsonValue) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate: no database takes it as text
        return None
    return value
