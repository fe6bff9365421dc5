"""Environment variables to the texts of settings: which are ours, which are misspelt, which are
secrets in a file."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

from service.documents.fields import TYPED_FIELDS
from service.documents.profile import METADATA
from service.settings.catalogue import BY_VARIABLE
from service.settings.field import PREFIX
from service.settings.problems import Problem
from service.settings.texts import expanded

_FILE = "_FILE"
_EXCLUDE = "USER_SYNC_EXCLUDE_FIELDS"
_EXCLUDABLE = (*TYPED_FIELDS, *METADATA, "identities", "attributes", "unknown_fields")
_OTHERS = re.compile(
    PREFIX + r"(TEST_|ENGINE_"
    # Kubernetes sets these in every pod beside a Service named user-sync.
    r"|SERVICE_|PORT_\d+_(TCP|UDP))"
)


def read_texts(environ: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Texts by variable, and what is wrong already. An empty variable counts as unset."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    ours = _ours(environ)
    for name, text in ours.items():
        secret = name.removesuffix(_FILE)
        if name in BY_VARIABLE:
            texts.setdefault(name, text)
        elif secret in BY_VARIABLE and BY_VARIABLE[secret].kind.secret:
            if secret in ours:
                problems.append(Problem(name, f"{secret} is set too", "set only one of them"))
                continue
            try:
                texts[secret] = _read_secret(expanded(text))
            except ValueError as error:
                problems.append(Problem(name, str(error)))
    return texts, problems


def unknown_variables(environ: Mapping[str, str]) -> list[Problem]:
    """Variables that look like settings and are none.

    Not a reason to refuse: a file of variables may be written for a newer version, or an older.
    """
    return [_unknown(name) for name in _ours(environ) if not _is_setting(name)]


def doubtful_exclusions(environ: Mapping[str, str]) -> list[Problem]:
    """Names that look like a known field's and are none: what was meant would be indexed.

    Not a reason to refuse: Auth0, or who writes profiles, may call a field so.
    """
    problems: list[Problem] = []
    for name in map(str.strip, environ.get(_EXCLUDE, "").split(",")):
        field, dot, inner = name.partition(".")
        close = difflib.get_close_matches(field.lower(), _EXCLUDABLE, n=1, cutoff=0.75)
        if close and field not in _EXCLUDABLE:
            wrong = f"{name!r} is kept out, but is no field that is known"
            problems.append(Problem(_EXCLUDE, wrong, f"did you mean {close[0]}{dot}{inner}?"))
    return problems


def _ours(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text
        for name, text in sorted(environ.items())
        if name.startswith(PREFIX) and text.strip() and not _OTHERS.match(name)
    }


def _is_setting(name: str) -> bool:
    secret = name.removesuffix(_FILE)
    return name in BY_VARIABLE or (secret in BY_VARIABLE and BY_VARIABLE[secret].kind.secret)


def _read_secret(path: Path) -> str:
    """The file's text without its last line's end. Raises ValueError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"can't read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"can't read {path}: it is not UTF-8 text") from error
    text = text.replace("\r\n", "\n").removesuffix("\n")
    if not text.strip():
        raise ValueError(f"{path} is empty")
    return text


def _unknown(name: str) -> Problem:
    plain = name.removesuffix(_FILE)
    if plain in BY_VARIABLE:
        return Problem(name, "only secrets are read from a file", f"set {plain} itself")
    names = [*BY_VARIABLE, *(v + _FILE for v, entry in BY_VARIABLE.items() if entry.kind.secret)]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.8)
    remedy = f"did you mean {close[0]}?" if close else "user-sync settings --help lists them all"
    return Problem(name, "there is no such setting", remedy)
