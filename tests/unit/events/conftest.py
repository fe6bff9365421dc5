"""Examples may take their time: a busy machine stalls, and no promise here is about seconds."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
