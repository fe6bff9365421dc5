"""Why an event can never be indexed as it is."""

from enum import StrEnum

from service.events.event_type import OTHER_TYPE


class PoisonCode(StrEnum):
    """The stable names of the reasons; an X_invalid was there, but is no X."""

    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    LINE_NOT_JSON = "line_not_json"
    """A line of a users export is not JSON."""
    TYPE_MISSING = "type_missing"
    TYPE_INVALID = "type_invalid"
    TYPE_UNHANDLED = "type_unhandled"
    ID_MISSING = "id_missing"
    ID_INVALID = "id_invalid"
    DATA_MISSING = "data_missing"
    DATA_INVALID = "data_invalid"
    PROFILE_MISSING = "profile_missing"
    PROFILE_INVALID = "profile_invalid"
    USER_ID_MISSING = "user_id_missing"
    USER_ID_INVALID = "user_id_invalid"
    USER_ID_TOO_LONG = "user_id_too_long"
    TIME_MISSING = "time_missing"
    TIME_INVALID = "time_invalid"
    TIME_TOO_OLD = "time_too_old"
    TIME_IN_FUTURE = "time_in_future"
    UPDATED_AT_MISSING = "updated_at_missing"
    """A profile read from an export has no other time."""
    UPDATED_AT_INVALID = "updated_at_invalid"


class PoisonEvent(ValueError):
    """The event can never be indexed as it is.

    `code` is a PoisonCode or another stage's own name for its reason. `detail` says for people what
    was wrong and what would be right, without personal data. `type` is the event's, or `other` when
    it has none that is handled.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = str(code)
        self.detail = detail
        self.type = OTHER_TYPE
