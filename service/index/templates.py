"""The templates as they lie in `index_templates/`, under the configured name.

The files are valid as they are for the name `auth0-users`; for another, the names in them are
replaced. In a wheel they are package data, in a checkout they stand at its top.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from service.index.names import IndexNames

OWNER: Final = "auth0-opensearch-sync"
"""What `managed_by` says in the `_meta` of every template and index of ours."""

# Later parts win where two set the same; none do.
PARTS: Final = ("settings", "profile", "metadata", "event")
_CHECKOUT: Final = Path(__file__).parents[2] / "index_templates"


@dataclass(frozen=True, slots=True)
class Templates:
    """Bodies as they are PUT.

    components: by name, in the order in which they are composed. index: the index template.
    """

    components: Mapping[str, dict[str, Any]]
    index: dict[str, Any]

    def settings(self) -> dict[str, Any]:
        """The settings of a new index."""
        return self._composed("settings")

    def mappings(self) -> dict[str, Any]:
        """The mapping of a new index."""
        return self._composed("mappings")

    def _composed(self, section: str) -> dict[str, Any]:
        composed: dict[str, Any] = {}
        for component in self.components.values():
            _merge(composed, component["template"].get(section, {}))
        return composed


def load_templates(names: IndexNames) -> Templates:
    """The templates for an index of this name. Raises OSError when the installation lacks them."""
    index = _read("index-template")
    components = {names.component(part): _read(f"component-{part}") for part in PARTS}
    return Templates(
        components,
        {**index, "index_patterns": [names.pattern], "composed_of": list(components)},
    )


def _read(stem: str) -> dict[str, Any]:
    """Parsed anew each time, for callers may change what they get."""
    template: dict[str, Any] = json.loads(_text(stem))
    return template


@cache
def _text(stem: str) -> str:
    packaged: Traversable = files("service.index") / "templates" / f"{stem}.json"
    source = packaged if packaged.is_file() else _CHECKOUT / f"{stem}.json"
    return source.read_text(encoding="utf-8")


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping):
            _merge(into.setdefault(key, {}), value)
        else:
            into[key] = value
