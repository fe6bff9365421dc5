"""Reads the environment into Settings, or says everything that is wrong with it at once."""

import os
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from service.settings.catalogue import BY_VARIABLE, ENTRIES
from service.settings.consistency import contradictions
from service.settings.environment import read_texts
from service.settings.groups import Settings
from service.settings.problems import Problem, SettingsError


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings that environ describes, defaults for the rest. Raises SettingsError."""
    texts, problems = read_texts(environ)
    grouped: dict[str, dict[str, str]] = {entry.group: {} for entry in ENTRIES}
    for variable, text in texts.items():
        grouped[BY_VARIABLE[variable].group][variable] = text
    try:
        settings = Settings.model_validate(grouped)
    except ValidationError as invalid:
        # Neither the error nor its cause may travel: both quote the value.
        problems += [_problem(error, texts) for error in invalid.errors()]
    else:
        problems += contradictions(settings)
        if not problems:
            return settings
    raise SettingsError(sorted(problems, key=lambda problem: problem.variable))


def _problem(error: Any, texts: Mapping[str, str]) -> Problem:
    """A problem in people's words from one of pydantic's errors."""
    variable = str(error["loc"][1])
    entry = BY_VARIABLE[variable]
    kind = entry.kind
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        wrong = str(context["error"])
    elif error["type"] == "greater_than_equal":
        wrong = f"the least is {kind.show(context['ge'])}"
    elif error["type"] == "less_than_equal":
        wrong = f"the most is {kind.show(context['le'])}"
    else:
        wrong = str(error["msg"])
    if variable == "USER_SYNC_PORT" and texts.get(variable, "").startswith("tcp://"):
        return Problem(
            variable,
            "Kubernetes sets it for a Service named user-sync",
            "set enableServiceLinks: false in the pod",
        )
    return Problem(variable, wrong, f"for example {variable}={entry.default or kind.example}")
