"""Answers that can't be OpenSearch's, as an exception of its client's kind.

A proxy, a captive portal or another program at the same address answers 200 with anything. Whoever
copes with an OpenSearch that is away copes with that, too.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from opensearchpy.exceptions import OpenSearchException

_P = ParamSpec("_P")
_T = TypeVar("_T")


class UnexpectedAnswer(OpenSearchException):
    """What answered isn't OpenSearch, or isn't one that we know."""


class NoResult(OpenSearchException):
    """OpenSearch answers, but not what was asked. str() says why, and goes on after its name."""


def counted(answer: Mapping[str, Any]) -> int:
    """What a `_count` tells. Raises NoResult unless every shard has answered."""
    shards = answer["_shards"]
    if shards["successful"] < shards["total"]:
        raise NoResult(
            f"can read {shards['successful']} of {shards['total']} shards only; "
            "see OpenSearch's own log"
        )
    return int(answer["count"])


def expecting_opensearch(
    ask: Callable[_P, Awaitable[_T]],
) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """Makes what reading a strange answer raises an UnexpectedAnswer; others pass through."""

    @wraps(ask)
    async def asking(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return await ask(*args, **kwargs)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise UnexpectedAnswer(
                "what answers at OpenSearch's address does not answer as OpenSearch does "
                f"({type(error).__name__}: {error})"
            ) from error

    return asking
