"""Every setting of the service, in small frozen groups, each with its unit, default and meaning.

This is the one place: the variables, `user-sync settings` and the README's table come from it.
"""

from typing import Annotated, Literal

from pydantic import Field

from service.documents.document import DeletionMode
from service.documents.exclusion import Exclusions
from service.settings.field import (
    BasicCredentials,
    Count,
    Duration,
    ExcludedFields,
    FilePath,
    Group,
    HeaderCredentials,
    Host,
    IndexName,
    Kind,
    NamedTokens,
    OptionalDomain,
    OptionalFile,
    OptionalPassword,
    OptionalTenant,
    OptionalWord,
    Port,
    Seconds,
    Size,
    Switch,
    Tokens,
    Url,
    one_of,
    setting,
)
from service.settings.quantities import DAY_US, GIB, HOUR_US, KIB, MIB, MILLISECOND_US, SECOND_US


class Doors(Group):
    """Where the two doors listen. Port 0 takes any free one."""

    host: Host = setting(
        "HOST",
        "0.0.0.0",  # noqa: S104 — the meaning says why
        "Address of the public door: POST /webhook, /livez, /readyz. All interfaces, because a "
        "container's published port reaches nothing else, and the door never opens without a "
        "credential",
    )
    port: Port = setting("PORT", "8080", "Port of the public door", most=65535)
    private_host: Host = setting(
        "PRIVATE_HOST",
        "127.0.0.1",
        "Address of the private door: /healthz, /metrics, the APIs and the console. This machine "
        "only: open it to a network on purpose",
    )
    private_port: Port = setting("PRIVATE_PORT", "8081", "Port of the private door", most=65535)


class Webhook(Group):
    """What Auth0 shows to be let in; one of the three kinds is needed, any of several fits."""

    tokens: Tokens = setting(
        "WEBHOOK_TOKENS",
        (),
        "Bearer tokens that may post events; several are valid at once, for rotation",
    )
    basic: BasicCredentials = setting(
        "WEBHOOK_BASIC", (), "user:password pairs that may post events by basic authorisation"
    )
    headers: HeaderCredentials = setting(
        "WEBHOOK_HEADER",
        (),
        "Header-Name: value pairs that may post events, for Auth0's custom-header authorisation",
    )
    body_limit_bytes: Size = setting(
        "BODY_LIMIT",
        "32MiB",
        "Largest request body; a larger one is answered 413 and its events are lost, so it is far "
        "above what Auth0 sends",
        least=64 * KIB,
        most=GIB,
    )

    @property
    def has_credential(self) -> bool:
        """Whether anybody could be let in at all."""
        return bool(self.tokens or self.basic or self.headers)


class Journal(Group):
    """Where events wait, durable, until they are indexed."""

    path: FilePath = setting(
        "JOURNAL_PATH",
        "~/.local/state/user-sync/journal.db",
        "The journal's SQLite file; its lock, socket and log lie beside it. In the home directory, "
        "so that every command finds it from everywhere. Needs a local disk",
    )
    max_bytes: Size = setting(
        "JOURNAL_MAX_BYTES",
        "10GiB",
        "Bytes of events, dead letters included, at which senders are told to come back later "
        "(503). About seven million events: days of an outage for most directories",
        least=MIB,
    )
    min_free_bytes: Size = setting(
        "JOURNAL_MIN_FREE_BYTES",
        "256MiB",
        "Free disk below which senders are told to come back later (503), so that the journal can "
        "still settle what it holds; 1MiB is the least",
        least=MIB,
    )
    tenant: OptionalTenant = setting(
        "TENANT",
        None,
        "The one Auth0 tenant whose events are taken, as their a0tenant has it: acme, not "
        "acme.eu.auth0.com. Others' are counted as refused. Unset, the first event's tenant is "
        "adopted and remembered",
    )
    duplicate_window_us: Duration = setting(
        "DUPLICATE_WINDOW",
        "10m",
        "How long a delivered event is recognised when it comes again; 0 is off. Longer than "
        "Auth0's retries; versions guard the index after that",
        most=DAY_US,
    )
    dead_letter_retention_us: Duration = setting(
        "DEAD_LETTER_RETENTION",
        "30d",
        "How long dead letters are kept for a person to look at; then they count as dropped",
        least=SECOND_US,
        most=36_500 * DAY_US,
    )


class OpenSearch(Group):
    """How to reach the cluster."""

    url: Url = setting(
        "OPENSEARCH_URL",
        "http://127.0.0.1:9200",
        "Where OpenSearch answers. Several nodes of one cluster, separated by commas: while one "
        "can't be reached, the next is used",
    )
    username: OptionalWord = setting(
        "OPENSEARCH_USERNAME", None, "User for OpenSearch's basic authorisation"
    )
    password: OptionalPassword = setting("OPENSEARCH_PASSWORD", None, "Password of that user")
    ca_file: OptionalFile = setting(
        "OPENSEARCH_CA_FILE",
        None,
        "PEM file of the authority that signed OpenSearch's certificate; unset, the system's "
        "authorities. Certificates are always verified",
    )
    timeout_seconds: Seconds = setting(
        "OPENSEARCH_TIMEOUT",
        "30s",
        "How long one request may take before it counts as unanswered and is sent again. Above the "
        "pauses of a busy node, below a person's patience",
        least=0.1,
        most=600,
    )


class Index(Group):
    """What the index is called and holds."""

    name: IndexName = setting(
        "INDEX",
        "auth0-users",
        "The readers' alias; the index and the writers' alias are named after it",
    )
    bootstrap: Switch = setting(
        "BOOTSTRAP",
        "on",
        "Whether serve creates templates, index and aliases in the background. Off where its "
        "OpenSearch user may not: run user-sync bootstrap as one who may",
    )
    deletion_mode: Annotated[
        DeletionMode,
        one_of(*DeletionMode),
        Kind("tombstone|delete", "tombstone"),
    ] = setting(
        "DELETION_MODE",
        "tombstone",
        "tombstone keeps a hidden document with the deletion's version, so that a late update "
        "can't bring the user back; delete forgets, and can",
    )
    tombstone_retention_us: Duration = setting(
        "TOMBSTONE_RETENTION",
        "30d",
        "How long tombstones are kept. Longer than any event is late",
        least=SECOND_US,
        most=36_500 * DAY_US,
    )
    exclude_fields: ExcludedFields = setting(
        "EXCLUDE_FIELDS",
        Exclusions(),
        "Fields kept out of the index: profile fields, metadata paths such as "
        "app_metadata.secret, identities.profileData, attributes",
    )


class Indexing(Group):
    """How events travel from the journal to the index."""

    bulk_max_events: Count = setting(
        "BULK_MAX_EVENTS",
        "1000",
        "Most events of one bulk request; a node's throughput flattens there",
        least=1,
        most=100_000,
    )
    bulk_max_bytes: Size = setting(
        "BULK_MAX_BYTES",
        "8MiB",
        "Most bytes of one bulk request, so that large profiles don't pile up; OpenSearch refuses "
        "more than 100 MiB",
        least=64 * KIB,
        most=96 * MIB,
    )
    bulks_in_flight: Count = setting(
        "BULKS_IN_FLIGHT",
        "2",
        "Bulk requests under way at once; the second fills the first's round trip, a third only "
        "queues",
        least=1,
        most=16,
    )
    refresh_interval_us: Duration = setting(
        "REFRESH_INTERVAL",
        "500ms",
        "Under load, at most one refresh in this time, fewer while thousands of events wait; a "
        "lone event is searchable at once",
        least=10 * MILLISECOND_US,
        most=HOUR_US,
    )
    future_tolerance_us: Duration = setting(
        "FUTURE_TOLERANCE",
        "1h",
        "How far ahead of this clock an event may be; one further ahead would freeze its user, and "
        "becomes a dead letter",
        most=30 * DAY_US,
    )


class Directory(Group):
    """How to ask Auth0 for an export; all three or none."""

    domain: OptionalDomain = setting(
        "AUTH0_DOMAIN",
        None,
        "The tenant's own domain, not a custom one. With the two below, import and reconcile ask "
        "Auth0 for the export themselves",
    )
    client_id: OptionalWord = setting(
        "AUTH0_CLIENT_ID",
        None,
        "Of a machine-to-machine application that may read:users of the Auth0 Management API",
    )
    client_secret: OptionalPassword = setting(
        "AUTH0_CLIENT_SECRET", None, "Secret of that application"
    )


class Search(Group):
    """Credentials of the search API on the private door."""

    tokens: Tokens = setting(
        "SEARCH_TOKENS", (), "Bearer tokens that may search; none: the search API is off"
    )


class Admin(Group):
    """Credentials of the admin API on the private door."""

    tokens: NamedTokens = setting(
        "ADMIN_TOKENS",
        (),
        "name:token pairs that may administer; logs show the name; none: the admin API is off",
    )


class Process(Group):
    """The process as a whole."""

    shutdown_timeout_seconds: Seconds = setting(
        "SHUTDOWN_TIMEOUT",
        "8s",
        "How long a stop may take to answer and flush what has begun; what is left stays in the "
        "journal. Shorter than the 10 s after which Docker kills",
        least=0.1,
        most=600,
    )
    log_format: Annotated[
        Literal["auto", "json", "text"],
        one_of("auto", "json", "text"),
        Kind("auto|json|text", "json"),
    ] = setting("LOG_FORMAT", "auto", "auto is text on a terminal, JSON lines elsewhere")
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        one_of("debug", "info", "warning", "error"),
        Kind("debug|info|warning|error", "info"),
    ] = setting("LOG_LEVEL", "info", "Least level that is logged")


class Settings(Group):
    """All groups. Immutable; read once at start."""

    doors: Doors = Field(default_factory=Doors)
    webhook: Webhook = Field(default_factory=Webhook)
    journal: Journal = Field(default_factory=Journal)
    opensearch: OpenSearch = Field(default_factory=OpenSearch)
    index: Index = Field(default_factory=Index)
    indexing: Indexing = Field(default_factory=Indexing)
    directory: Directory = Field(default_factory=Directory)
    search: Search = Field(default_factory=Search)
    admin: Admin = Field(default_factory=Admin)
    process: Process = Field(default_factory=Process)
