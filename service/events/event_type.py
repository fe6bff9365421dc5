"""The event types this service acts on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from service.events.version import Kind

DELETED_TYPE: Final = "user.deleted"

HANDLED_TYPES: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "user.created": Kind.CREATED,
        "user.updated": Kind.UPDATED,
        DELETED_TYPE: Kind.DELETED,
    }
)
"""What a sender's event may be; any other type is acknowledged and ignored."""

READ_TYPE: Final = "user.read"
"""What a profile from an export is wrapped in. Ours alone: from a sender it is an unknown type."""

OTHER_TYPE: Final = "other"
"""The label of whatever has none of these types, so that the labels of a metric stay few."""
