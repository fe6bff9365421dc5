"""What no typed field takes: fields we don't know, and known ones whose value doesn't fit."""

from typing import Final

from service.documents.free_form import as_text, key_fits, within_limits
from service.events.json_value import JsonValue

MAX_MISFITS: Final = 1_000
"""Names in `misfit_fields`, which is indexed; beyond, fields are kept as one text together."""


class UnknownFields:
    """Collects the `unknown_fields` object of a profile or of an identity.

    path: where the object stands in the document, for `misfit_fields`. misfits: names found so
    far, shared by a document's collectors; a dict because it keeps its order and drops repeats.
    """

    __slots__ = ("_misfits", "_path", "_values")

    def __init__(self, path: str, misfits: dict[str, None]) -> None:
        self._path = path
        self._misfits = misfits
        self._values: dict[str, JsonValue] = {}

    def add(self, name: str, value: JsonValue) -> None:
        """Keep a field that has no place of its own."""
        self._values[name] = value

    def add_misfit(self, name: str, value: JsonValue, path: str) -> None:
        """Keep a value that its field can't take. path: the field's own, e.g. `identities.x`."""
        self._values[name] = value
        self._misfits[path] = None

    def stored(self) -> dict[str, JsonValue] | None:
        """The object to store, None when there is nothing in it."""
        if not self._values:
            return None
        if all(map(key_fits, self._values)):
            beyond = [name for name, value in self._values.items() if not within_limits(value)]
            if not beyond or len(self._misfits) + len(beyond) <= MAX_MISFITS:
                for name in beyond:
                    self._values[name] = as_text(self._values[name])
                    self._misfits[f"{self._path}.{name}"] = None
                return self._values
        self._misfits[self._path] = None
        return as_text(self._values)
