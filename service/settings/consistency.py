"""Settings that are right alone and wrong together; pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from service.settings.groups import Settings
from service.settings.problems import Problem

_WEBHOOK = "USER_SYNC_WEBHOOK_"


def contradictions(settings: Settings) -> list[Problem]:
    """Every contradiction, named by the variable to change."""
    return [
        *_opensearch(settings),
        *_directory(settings),
        *_doors(settings),
        *_tokens(settings),
    ]


def _opensearch(settings: Settings) -> Iterator[Problem]:
    opensearch = settings.opensearch
    if opensearch.username and opensearch.password is None:
        yield Problem("USER_SYNC_OPENSEARCH_PASSWORD", "it is unset, but the username is set")
    if opensearch.password is not None and not opensearch.username:
        yield Problem("USER_SYNC_OPENSEARCH_USERNAME", "it is unset, but the password is set")
    if opensearch.ca_file and urlsplit(opensearch.url).scheme == "http":
        yield Problem(
            "USER_SYNC_OPENSEARCH_CA_FILE",
            "it has no use while the URL begins with http://",
            "use https:// in USER_SYNC_OPENSEARCH_URL",
        )


def _directory(settings: Settings) -> Iterator[Problem]:
    directory = settings.directory
    values = {
        "USER_SYNC_AUTH0_DOMAIN": directory.domain,
        "USER_SYNC_AUTH0_CLIENT_ID": directory.client_id,
        "USER_SYNC_AUTH0_CLIENT_SECRET": directory.client_secret,
    }
    given = [name for name, value in values.items() if value]
    for name, value in values.items():
        if given and not value:
            yield Problem(name, f"it is unset, but {given[0]} is set")


def _doors(settings: Settings) -> Iterator[Problem]:
    doors = settings.doors
    everywhere = {"0.0.0.0", "::"}  # noqa: S104 — compared, not bound
    same_host = doors.host == doors.private_host or everywhere & {doors.host, doors.private_host}
    if same_host and doors.port == doors.private_port != 0:
        yield Problem(
            "USER_SYNC_PRIVATE_PORT",
            f"{doors.private_port} is the public door's port too",
            "give each door its own",
        )


def _tokens(settings: Settings) -> Iterator[Problem]:
    """One credential for two doors would open the private one to whoever may post events."""
    holders: dict[str, str] = {}
    for variable, secrets in (
        ("USER_SYNC_WEBHOOK_TOKENS", settings.webhook.tokens),
        ("USER_SYNC_WEBHOOK_BASIC", tuple(pair.password for pair in settings.webhook.basic)),
        ("USER_SYNC_WEBHOOK_HEADER", tuple(pair.value for pair in settings.webhook.headers)),
        ("USER_SYNC_SEARCH_TOKENS", settings.search.tokens),
        ("USER_SYNC_ADMIN_TOKENS", tuple(named.token for named in settings.admin.tokens)),
    ):
        for place, secret in enumerate(secrets, 1):
            holder = holders.setdefault(secret.get_secret_value(), variable)
            if holder != variable and not variable.startswith(_WEBHOOK):
                yield Problem(
                    variable,
                    f"element {place} is one of {holder}",
                    "each door has credentials of its own",
                )
