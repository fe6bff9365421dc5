"""Serves the console's files: from memory, revalidated by ETag, under a strict security policy.

The page holds no data: it asks the search and admin APIs, with the tokens that its user gives it.
"""

import hashlib
from dataclasses import dataclass
from importlib import resources

from aiohttp import ETag, web

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}

# Nothing but this origin's own files and APIs; no markup is ever made from text.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    # Asked again each time, answered 304: an upgraded service never meets an old page.
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of the console. etag: of its content."""

    content: bytes
    content_type: str
    etag: str


def files() -> dict[str, File]:
    """By name; read once at start."""
    found: dict[str, File] = {}
    for entry in resources.files("service.console").joinpath("static").iterdir():
        content_type = _TYPES.get(entry.name.rpartition(".")[2])
        if content_type is not None:
            content = entry.read_bytes()
            etag = hashlib.sha256(content).hexdigest()[:20]
            found[entry.name] = File(content, content_type, etag)
    return found


def add_console(app: web.Application) -> None:
    """Serve the page at `/` of app, and what it needs under `/console/`."""
    known = files()

    async def page(request: web.Request) -> web.Response:
        return _answer(request, known["index.html"])

    async def file(request: web.Request) -> web.Response:
        found = known.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return _answer(request, found)

    app.router.add_get("/", page)
    app.router.add_get("/console/{name}", file)


def _answer(request: web.Request, file: File) -> web.Response:
    headers = {**_HEADERS, "ETag": f'"{file.etag}"'}
    wanted = request.if_none_match or ()
    if any(tag == ETag("*") or tag.value == file.etag for tag in wanted):
        return web.Response(status=304, headers=headers)
    return web.Response(body=file.content, headers={**headers, "Content-Type": file.content_type})
