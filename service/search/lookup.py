"""POST /lookup and GET /users/{user_id}: users by what they are known by, the deleted left out."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from service.doors.problems import Problem, ProblemType
from service.events.event import MAX_USER_ID_BYTES
from service.index.http import AnswerTooLarge
from service.search.answers import Document, read_documents, read_hits
from service.search.body import milliseconds
from service.search.engine import Engine, require_whole
from service.search.models import LookupRequest
from service.search.options import SearchOptions
from service.search.parameters import read_fields
from service.search.query_text import written_forms

_PAGE = 1_000
_MOST_PAGES = 10
# Characters of fields, for each id: the engine compares them with every document by itself, about
# 100,000 a second; more than this it never could in time.
_MOST_TO_COMPARE = 1_000_000


class Lookup:
    """Reads by id see what is written already; by e-mail, what the last refresh has shown."""

    def __init__(self, engine: Engine, options: SearchOptions) -> None:
        self._engine = engine
        self._timeout_s = options.engine_timeout_s
        self._page_bytes = options.page_bytes

    async def user(self, user_id: str, fields: tuple[str, ...]) -> tuple[int, Mapping[str, Any]]:
        """Version and document. Raises Problem."""
        found = await self._by_id([user_id], fields)
        if user_id not in found:
            raise Problem(ProblemType.USER_NOT_FOUND)
        return found[user_id].version, found[user_id].source

    async def users(self, request: LookupRequest) -> Mapping[str, Any]:
        """The answer's members but `took_ms`. Raises Problem."""
        fields: tuple[str, ...] = ()
        if request.fields:
            shown = read_fields(",".join(dict.fromkeys(request.fields)))
            fields = tuple(dict.fromkeys(("user_id", "email", *shown)))
        ids, emails = list(dict.fromkeys(request.ids)), list(dict.fromkeys(request.emails))
        try:
            by_id = await self._by_id(ids, fields)
            by_email = await self._by_email(emails, fields)
        except AnswerTooLarge as answered:
            raise Problem(
                ProblemType.INVALID_BODY,
                f"what is to be shown is large ({answered.size:,} bytes; {self._page_bytes:,} at "
                "most): look up fewer, or name the `fields` to show",
            ) from None
        users: dict[str, Mapping[str, Any]] = {
            one: by_id[one].source for one in ids if one in by_id
        }
        for email in emails:
            for user in by_email.get(_folded(email), ()):
                users.setdefault(user["user_id"], user)
        return {
            "users": list(users.values()),
            "missing": {
                "ids": [one for one in ids if one not in by_id],
                "emails": [one for one in emails if _folded(one) not in by_email],
            },
        }

    async def _by_id(self, ids: list[str], fields: tuple[str, ...]) -> Mapping[str, Document]:
        possible = [one for one in ids if is_possible_id(one)]
        if not possible:
            return {}
        if len(possible) * sum(map(len, fields)) > _MOST_TO_COMPARE:
            raise Problem(
                ProblemType.INVALID_BODY, "too much to show of so many: fewer ids, or fewer fields"
            )
        most_bytes = self._page_bytes if len(possible) > 1 else None
        answer = await self._engine.documents(possible, fields, most_bytes=most_bytes)
        found = read_documents(answer)
        if isinstance(found, str):
            raise self._engine.unavailable(found)
        return found

    async def _by_email(
        self, emails: Sequence[str], fields: tuple[str, ...]
    ) -> Mapping[str, list[Mapping[str, Any]]]:
        """By the address, case folded and trimmed."""
        if not emails:
            return {}
        found: dict[str, list[Mapping[str, Any]]] = {}
        asked = [form for email in emails for form in written_forms(email.strip())]
        wanted = {_folded(email) for email in emails}
        body: dict[str, Any] = {
            # Folds accents too, which the comparison below doesn't.
            "query": {"bool": {"filter": [{"terms": {"email.folded": asked}}]}},
            "sort": [{"user_id": "asc"}],
            "size": _PAGE,
            "track_total_hits": False,
            "timeout": milliseconds(self._timeout_s),
        }
        if fields:
            body["_source"] = list(fields)
        for _ in range(_MOST_PAGES):
            hits, timed_out = read_hits(
                await self._engine.search(body, most_bytes=self._page_bytes)
            )
            require_whole(timed_out)
            for hit in hits:
                address = _folded(hit["_source"]["email"])
                if address in wanted:
                    found.setdefault(address, []).append(hit["_source"])
            if len(hits) < _PAGE:
                return found
            body["search_after"] = hits[-1]["sort"]
        raise Problem(
            ProblemType.INVALID_BODY,
            f"more than {_PAGE * _MOST_PAGES} users have these addresses: look up fewer",
        )


def _folded(email: str) -> str:
    """However its accents are written: as one character with its letter, or behind it."""
    return unicodedata.normalize("NFC", email.strip().casefold())


def is_possible_id(user_id: str) -> bool:
    """Whether a document can have this id; OpenSearch refuses longer ones and lone surrogates."""
    try:
        return 0 < len(user_id.encode()) <= MAX_USER_ID_BYTES
    except UnicodeEncodeError:
        return False
