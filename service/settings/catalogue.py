"""All settings as rows: for reading variables, for printing, for the README."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.settings.field import Group, Kind
from service.settings.groups import Settings


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting. default: as a person would write it; empty when unset by default."""

    variable: str
    group: str
    field: str
    kind: Kind
    default: str
    meaning: str

    def value(self, settings: Settings) -> str:
        """The value as text, masked when secret, empty when unset."""
        return self.kind.show(getattr(getattr(settings, self.group), self.field))

    def is_default(self, settings: Settings) -> bool:
        """Whether settings hold what they would without the variable."""
        group: Group = getattr(settings, self.group)
        value: object = getattr(group, self.field)
        return bool(value == getattr(type(group)(), self.field))


def _entries() -> Iterator[Entry]:
    for group, outer in Settings.model_fields.items():
        model = outer.annotation
        if not isinstance(model, type) or not issubclass(model, Group):
            raise TypeError(f"{group} is no group of settings")
        for field, info in model.model_fields.items():
            kind = next(item for item in info.metadata if isinstance(item, Kind))
            yield Entry(
                variable=info.alias or field,
                group=group,
                field=field,
                kind=kind,
                default=info.default if isinstance(info.default, str) else "",
                meaning=info.description or "",
            )


ENTRIES: tuple[Entry, ...] = tuple(_entries())
BY_VARIABLE = {entry.variable: entry for entry in ENTRIES}
