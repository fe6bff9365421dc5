"""Named checks: what `/healthz` answers and the console shows.

A check that can't be made is a failing check, never a failing answer.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to hold.

    name: stable, snake_case. ok: whether it holds. state: one sentence, what is.
    advice: one sentence, what to do; empty when there is nothing to do.
    """

    name: str
    ok: bool
    state: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """All checks of one moment, in the order of the flow."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """True when every check holds."""
        return all(check.ok for check in self.checks)

    def as_dict(self) -> dict[str, object]:
        """The body of `/healthz`: `status`, and each check by its name."""
        return {
            "status": "ok" if self.ok else "failing",
            "checks": {
                check.name: {"ok": check.ok, "state": check.state, "advice": check.advice}
                for check in self.checks
            },
        }


def examine(checks: Iterable[Callable[[], Check]]) -> Health:
    """Make every check now. Each answers from memory, without I/O."""
    return Health(tuple(map(_made, checks)))


def complaints(told: object) -> list[str]:
    """The failing checks of what as_dict told, `name: state; advice`; of anything else, none."""
    checks = told.get("checks") if isinstance(told, Mapping) else None
    lines = []
    for name, check in checks.items() if isinstance(checks, Mapping) else ():
        if isinstance(check, Mapping) and not check.get("ok"):
            advice = check.get("advice")
            lines.append(f"{name}: {check.get('state')}" + (f"; {advice}" if advice else ""))
    return lines


def _made(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        log.exception("a health check failed to run", extra={"action": "check_failed"})
        name = getattr(check, "__qualname__", type(check).__name__)
        state = f"the check could not be made: {type(error).__name__}"
        return Check(name, False, state, "see the log for action check_failed")
