"""Settings: every USER_SYNC_… environment variable, read once into small frozen groups.

A wrong value is told by name, with what is wrong and an example, all of them at once; a secret is
never repeated. groups.py is the list.
"""

from service.settings.environment import doubtful_exclusions, unknown_variables
from service.settings.groups import Settings
from service.settings.load import load_settings
from service.settings.problems import Problem, SettingsError

__all__ = [
    "Problem",
    "Settings",
    "SettingsError",
    "doubtful_exclusions",
    "load_settings",
    "unknown_variables",
]
