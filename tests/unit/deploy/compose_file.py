"""docker-compose.yml as Compose reads it: YAML 1.2, then ${VARIABLE} by Compose's rules."""

import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

from tests.unit.deploy.paths import COMPOSE_FILE

_REFERENCE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?::(?P<mark>[-?])(?P<rest>[^}]*))?\})")


class Unset(ValueError):
    """A variable that Compose refuses to start without. Its text is what the person reads."""


def compose_file(environ: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables filled in from environ. Raises Unset."""
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    filled: dict[str, Any] = _fill(YAML(typ="safe", pure=True).load(text), environ)
    return filled


def _fill(node: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _fill(value, environ) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(value, environ) for value in node]
    if isinstance(node, str):
        return _REFERENCE.sub(lambda reference: _value(reference, environ), node)
    return node


def _value(reference: re.Match[str], environ: Mapping[str, str]) -> str:
    name, mark, rest = reference.group("name", "mark", "rest")
    if name is None:
        return "$"
    if environ.get(name):
        return environ[name]
    if mark == "?":
        raise Unset(f"{name} {rest}")
    return rest or ""
