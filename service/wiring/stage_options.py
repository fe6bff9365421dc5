"""Settings, as people give them, to the options of each stage."""

import resource
import sys
from dataclasses import replace

from service.backfill.intake import IntakeOptions
from service.backfill.profiles import LineOptions
from service.directory.options import DirectoryOptions
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.indexer.options import IndexerOptions
from service.journal.options import JournalOptions
from service.receiver.authorisation import Credentials
from service.receiver.options import ReceiverOptions
from service.search.options import SearchOptions
from service.settings import Settings

_LONGEST_SHARD_WAIT_S = 5.0

# Nobody needs more, and each takes memory.
_MOST_CONNECTIONS = 60_000
_MOST_PRIVATE_CONNECTIONS = 2_000
# Open files for all else: two pools to OpenSearch, the private door, the journal.
_FILES_BESIDE = 512


def journal_options(settings: Settings) -> JournalOptions:
    """What the journal takes and keeps."""
    journal = settings.journal
    return JournalOptions(
        tenant=journal.tenant,
        max_bytes=journal.max_bytes,
        min_free_disk_bytes=journal.min_free_bytes,
        duplicate_window_us=journal.duplicate_window_us,
    )


def line_options(settings: Settings, *, read_at_us: int | None = None) -> LineOptions:
    """How lines of an export are judged. read_at_us: see there."""
    return LineOptions(
        future_tolerance_us=settings.indexing.future_tolerance_us,
        longest_line=settings.webhook.body_limit_bytes,
        largest_body=settings.journal.max_bytes,
        read_at_us=read_at_us,
    )


def intake_options(settings: Settings) -> IntakeOptions:
    """What an export may take of the journal."""
    return IntakeOptions(most_bytes=settings.journal.max_bytes // 2)


def directory_options(settings: Settings) -> DirectoryOptions | None:
    """How to ask Auth0 itself; None when that isn't set up."""
    directory = settings.directory
    if not (directory.domain and directory.client_id and directory.client_secret):
        return None
    return DirectoryOptions(
        url=directory.domain,
        client_id=directory.client_id,
        client_secret=directory.client_secret.get_secret_value(),
    )


def opensearch_options(settings: Settings) -> OpenSearchOptions:
    """How to reach the cluster."""
    opensearch = settings.opensearch
    return OpenSearchOptions(
        url=opensearch.url,
        username=opensearch.username,
        password=opensearch.password.get_secret_value() if opensearch.password else None,
        ca_file=opensearch.ca_file,
        timeout_seconds=opensearch.timeout_seconds,
    )


def search_connection(settings: Settings) -> OpenSearchOptions:
    """The same cluster for searches: many short requests at once."""
    return replace(opensearch_options(settings), pool_size=64)


def search_options(settings: Settings) -> SearchOptions:
    """Who may search."""
    return SearchOptions(tokens=[token.get_secret_value() for token in settings.search.tokens])


def index_names(settings: Settings) -> IndexNames:
    """What the index and its aliases are called."""
    return IndexNames(settings.index.name)


def indexer_options(settings: Settings) -> IndexerOptions:
    """How events travel from the journal to the index."""
    indexing = settings.indexing
    return IndexerOptions(
        max_events=indexing.bulk_max_events,
        max_bytes=indexing.bulk_max_bytes,
        in_flight=indexing.bulks_in_flight,
        refresh_interval_us=indexing.refresh_interval_us,
        future_tolerance_us=indexing.future_tolerance_us,
        shard_wait_seconds=min(_LONGEST_SHARD_WAIT_S, settings.opensearch.timeout_seconds / 2),
        deletion_mode=settings.index.deletion_mode,
        exclusions=settings.index.exclude_fields,
    )


def receiver_options(settings: Settings) -> ReceiverOptions:
    """What the public door bears.

    A body that the journal could never hold is lost, however often it is sent: a 413 tells.
    """
    return ReceiverOptions(
        max_body_bytes=min(settings.webhook.body_limit_bytes, settings.journal.max_bytes),
        stop_timeout_s=settings.process.shutdown_timeout_seconds,
        max_connections=_most_connections(),
    )


def _most_connections() -> int:
    """What is left of the open files that this process may have by now."""
    allowed = _open_files()
    return min(_MOST_CONNECTIONS, max(allowed // 2, allowed - _FILES_BESIDE))


def private_connections() -> int:
    """Half of the open files that the public door leaves."""
    return min(_MOST_PRIVATE_CONNECTIONS, (_open_files() - _most_connections()) // 2)


def _open_files() -> int:
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if allowed == resource.RLIM_INFINITY else allowed


def credentials(settings: Settings) -> Credentials:
    """Who may post events."""
    webhook = settings.webhook
    return Credentials(
        bearer_tokens=[token.get_secret_value() for token in webhook.tokens],
        basic=[(pair.username, pair.password.get_secret_value()) for pair in webhook.basic],
        headers=[(pair.name, pair.value.get_secret_value()) for pair in webhook.headers],
    )


def admin_tokens(settings: Settings) -> dict[str, str]:
    """Who may administer: tokens by name."""
    return {named.name: named.token.get_secret_value() for named in settings.admin.tokens}
