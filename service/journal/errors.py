"""What can go wrong with the journal, as types; each message tells a person what to do."""

from typing import ClassVar


class JournalError(Exception):
    """Any fault of the journal. str() is a message for people."""


class JournalForeign(JournalError):
    """What stands at the path is not a journal of ours. Nothing was changed."""


class JournalCorrupt(JournalError):
    """The journal is damaged or incomplete. Nothing was overwritten."""


class JournalTooNew(JournalError):
    """A newer version of this program wrote the journal. Nothing was changed."""


class JournalMissing(JournalError):
    """There is no journal at the path, and it was not asked to be created."""


class JournalForbidden(JournalError):
    """The operating system denies this user the journal."""


class JournalInUse(JournalError):
    """Another process owns the journal."""


class OwnerIncompatible(JournalError):
    """The process that owns the journal runs another version, with other words on its socket."""


class JournalFull(JournalError):
    """A limit is reached: nothing of the append was kept. Send again later."""

    retry_after_s: ClassVar = 10
    """Seconds, for the Retry-After header."""


class JournalUnavailable(JournalError):
    """The journal can't do it now (I/O error, disk full, closed). Do it again later.

    An append so refused was not acknowledged; after an I/O error it may be in the journal all the
    same, which is harmless: versions make every repetition safe.
    """

    retry_after_s: ClassVar = 5
    """Seconds, for the Retry-After header."""


class JournalDiskFull(JournalUnavailable):
    """The disk had no room for all that was asked, removing included; for less there may be."""


class JournalGone(JournalUnavailable):
    """The file in use is no longer at its path: nothing written to it would last."""
