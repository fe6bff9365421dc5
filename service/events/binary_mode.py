"""CloudEvents' binary mode over HTTP to the structured form, the journal's only format.

By the HTTP protocol binding 1.0.2, section 3.1: attributes are `ce-` headers, the body is the data.
"""

import base64
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from service.events.json_text import dump, parse
from service.events.json_value import JsonValue, NotJson

_PREFIX: Final = "ce-"
_QUOTED: Final = re.compile(r'"(.*)"', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
# Not attributes in binary mode: the data is the body, its type the Content-Type header.
_NO_ATTRIBUTES: Final = frozenset({"data", "data_base64", "datacontenttype"})


def binary_to_structured(headers: Mapping[str, str], body: bytes) -> bytes:
    """The structured CloudEvent of a binary-mode request; never raises.

    `headers`: all of the request's, in any case, values as received: percent-decoding is done here.
    Bytes that are no UTF-8 are kept as the lone surrogates U+DC80 to U+DCFF. A body that is JSON
    becomes `data`, verbatim; any other becomes `data_base64`; an empty one neither.
    """
    attributes: dict[str, JsonValue] = {}
    for header, value in headers.items():
        name = header.lower()
        if name == "content-type":
            attributes["datacontenttype"] = value
        elif name.startswith(_PREFIX) and name[len(_PREFIX) :] not in _NO_ATTRIBUTES:
            attributes[name[len(_PREFIX) :]] = _attribute(value)
    members = [member for member in (dump(attributes)[1:-1], _data(body)) if member]
    return b"{" + b",".join(members) + b"}"


def _attribute(value: str) -> str:
    # Senders by older versions of the binding quote where newer ones percent-encode.
    if quoted := _QUOTED.fullmatch(value):
        value = _ESCAPED.sub(r"\1", quoted[1])
    # HTTP servers hand over bytes beyond ASCII in this way.
    encoded = value.encode(errors="surrogateescape")
    return unquote_to_bytes(encoded).decode(errors="surrogateescape")


def _data(body: bytes) -> bytes:
    body = body.removeprefix(BOM_UTF8)
    if not body:
        return b""
    try:
        parse(body)
    except NotJson:
        return b'"data_base64":"' + base64.b64encode(body) + b'"'
    return b'"data":' + body
