"""The three ways of CloudEvents over HTTP to journal entries, one for each event.

The promise: what is JSON is kept, each element exactly as it was sent, whether or not it makes
sense; only what is not JSON at all is refused. The content type decides nothing but whether `ce-`
headers are the event's attributes, since senders and proxies get it wrong.

- structured: the body is the event
- batch: the body is an array of events, judged one by one
- binary: the attributes are `ce-` headers, the body is the event's data
"""

import re
from collections.abc import Mapping

from service.events.binary_mode import binary_to_structured
from service.events.json_text import parse, parse_roughly, split_batch
from service.events.json_value import NotJson
from service.events.judgement import Verdict, judge
from service.journal.records import Disposition, Entry

_ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*\[")
_DISPOSITIONS = {
    Verdict.HANDLED: Disposition.STORE,
    Verdict.MALFORMED: Disposition.STORE,  # becomes a dead letter, where a person sees it
    Verdict.UNKNOWN: Disposition.IGNORED,
    Verdict.TEST: Disposition.TEST,
}


def frame(headers: Mapping[str, str], body: bytes) -> list[Entry]:
    """The entries of one request, in its order; none for an empty batch.

    `headers` must be case-insensitive. Raises NotJson.
    """
    if not body:
        raise NotJson("The body is empty: a CloudEvent or an array of them was expected")
    if _is_binary(headers):
        parse(body)
        return [_entry(binary_to_structured(headers, body))]
    if _ARRAY.match(body):
        return [_entry(element) for element in split_batch(body)]
    return [_entry(body)]


def _is_binary(headers: Mapping[str, str]) -> bool:
    return (
        "ce-id" in headers or "ce-type" in headers or "ce-specversion" in headers
    ) and not headers.get("Content-Type", "").lower().startswith("application/cloudevents")


def _entry(body: bytes) -> Entry:
    judgement = judge(parse_roughly(body))
    return Entry(body, judgement.type_label, _DISPOSITIONS[judgement.verdict], judgement.tenant)
