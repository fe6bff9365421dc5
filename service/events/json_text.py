"""JSON text to values and back; whatever JSON an authentic sender wrote survives the round trip."""

from service.events.json_value import JsonValue, Literal, NotJson

__all__ = ["JsonValue", "Literal", "NotJson", "dump", "parse", "split_batch"]


def parse(body: bytes) -> JsonValue:
    """The value of a JSON text; strings may hold lone surrogates. Raises NotJson."""
    raise NotImplementedError


def dump(value: JsonValue) -> bytes:
    """Compact JSON text in UTF-8; a Literal is written as it was received."""
    raise NotImplementedError


def split_batch(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each as the bytes received. Raises NotJson."""
    raise NotImplementedError
