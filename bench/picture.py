from typing import Any


def draw(report: dict[str, Any]) -> str:
    return ""
