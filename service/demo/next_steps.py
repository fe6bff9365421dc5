"""What to try once the story is told; `suggestions` is the place for more."""

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.demo.cluster import Cluster
from service.demo.doors import Doors
from service.demo.events import TENANT
from service.demo.page import Page

ENV_FILE: Final = "env"


@dataclass(frozen=True, slots=True)
class Demo:
    """What is up. folder: the demo's; its file `env` has the settings for other commands."""

    doors: Doors
    cluster: Cluster
    folder: Path


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to try. commands: ready to be pasted."""

    title: str
    commands: str


def addresses(demo: Demo) -> list[tuple[str, str]]:
    """What to open in a browser, or to give to Auth0 by a tunnel."""
    private = demo.doors.private_url
    return [
        ("webhook", demo.doors.webhook_url),
        ("health", f"{private}/healthz"),
        ("metrics", f"{private}/metrics"),
        ("OpenSearch", f"{demo.cluster.options.urls[0]}/{demo.cluster.names.readers}"),
    ]


def console_link(demo: Demo) -> str:
    """The console with its tokens in the fragment, which no server sees."""
    doors = demo.doors
    return f"{doors.private_url}/#token={doors.search_token}&admin={doors.admin_token}"


def suggestions(demo: Demo) -> list[Suggestion]:
    """In the order in which to try them."""
    return [
        Suggestion("Post an event of your own, as often as you like", _post(demo)),
        Suggestion("Search as a support person would", _search(demo)),
        Suggestion("Or ask OpenSearch itself", _search_directly(demo)),
        Suggestion("Look at it as its operator would", _operate(demo)),
    ]


def _post(demo: Demo) -> str:
    return f"""\
curl -i {demo.doors.webhook_url} \\
  -H 'Authorization: Bearer {demo.doors.token}' \\
  -H 'Content-Type: application/cloudevents+json' \\
  -d '{{"specversion": "1.0", "type": "user.updated",
       "source": "urn:auth0:{TENANT}", "a0tenant": "{TENANT}",
       "id": "evt_1", "time": "'$(date -u +%FT%TZ)'",
       "data": {{"object": {{
         "user_id": "auth0|grace", "name": "Grace Hopper",
         "email": "grace@acme.com"}}}}}}'"""


def _search(demo: Demo) -> str:
    users = f"{demo.doors.private_url}/api/v1/users"
    asked = f"curl -sG {users} -H 'Authorization: Bearer {demo.doors.search_token}'"
    return f"""\
{asked} \\
  -d fields=name,email -d q=ann+sm
{asked} \\
  -d fields=name,email -d q=jose+garcia
{asked} \\
  -d fields=name,email -d 'q=@acme.com' \\
  -d facets=identities.connection"""


def _search_directly(demo: Demo) -> str:
    options = demo.cluster.options
    access = ""
    if options.ca_file:
        access += f"--cacert {shlex.quote(str(options.ca_file))} "
    if options.username:
        access += f"-u {shlex.quote(options.username)} "  # curl asks for the password
    address = f"{options.urls[0]}/{demo.cluster.names.readers}/_search"
    return f"curl -s {access}'{address}?q=hopper&pretty'"


def _operate(demo: Demo) -> str:
    env = shlex.quote(str(_near(demo.folder / ENV_FILE)))
    command = _this_command()
    return f"""\
. {env}
{command} status
{command} dead-letters list"""


def _this_command() -> str:
    """`user-sync` as it was called, in a way that works from here."""
    called = Path(sys.argv[0])
    if called.name != "user-sync":
        return f"{shlex.quote(sys.executable)} -m service"
    found = shutil.which("user-sync")
    if found and Path(found).samefile(called):
        return "user-sync"
    return shlex.quote(str(_near(called.absolute())))


def _near(path: Path) -> Path:
    """As short as it can be written from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def show(page: Page, demo: Demo) -> None:
    """Print the addresses and what to try."""
    page.blank()
    page.title("It stays up until Ctrl-C")
    page.blank()
    for name, address in addresses(demo):
        page.row((name, 10), text=address)
    page.blank()
    page.title("Open the console in a browser")
    page.blank()
    page.verbatim(console_link(demo))
    for suggestion in suggestions(demo):
        page.blank()
        page.title(suggestion.title)
        page.blank()
        page.verbatim(suggestion.commands)
    page.blank()
    page.paragraph("What arrives is told here.", style="dim")
    page.blank()
