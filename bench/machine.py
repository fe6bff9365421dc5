"""What the figures were taken on. They mean little elsewhere; the ratios mean more."""

import os
import platform
from datetime import UTC, datetime

import psutil


def described() -> dict[str, str | int]:
    """Processors, memory, versions, and the day."""
    return {
        "cores": os.cpu_count() or 0,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "taken": datetime.now(UTC).date().isoformat(),
    }


def load() -> float:
    """Processes that want a core, on average over the last minute. Above 0.5 before a measurement
    others were at work on the machine."""
    return round(os.getloadavg()[0], 2)
