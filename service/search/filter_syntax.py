"""The filter language's grammar: text to a tree, or the position of the mistake. Pure.

    filter     = either
    either     = both *( "or" both )
    both       = single *( "and" single )
    single     = "not" single / "(" either ")" / presence / comparison
    presence   = ( "present" / "missing" ) "(" path ")"
    comparison = path operator value *( "," value )
    operator   = "=" / "!=" / "^=" / "~=" / "<" / "<=" / ">" / ">="
    path       = word / quoted
    value      = word / quoted
    word       = 1*( any character but blanks and ( ) , " = ! < > ^ ~ )
    quoted     = DQUOTE *( any character but " and \\ / "\\" any character ) DQUOTE

A value may hold operators' characters (`event.id=a=b`), but needs quotes to begin with one or with
an apostrophe: `a==b`, `a=>5` and `a='b'` are slips. Only blanks, brackets, commas and quotes end
it. Blanks between the parts don't matter. What fields there are and which comparison fits them is
not grammar: `filter_query` knows.
"""

from dataclasses import dataclass
from typing import Final

MAX_CHARS: Final = 4_000
MAX_DEPTH: Final = 10
OPERATORS: Final = ("!=", "^=", "~=", "<=", ">=", "=", "<", ">")

_BLANKS: Final = " \t\r\n"
_ENDS_VALUE: Final = frozenset(_BLANKS + '(),"')
_SIGNS: Final = frozenset("=!<>^~")
_ENDS_PATH: Final = _ENDS_VALUE | _SIGNS
# What other languages write; as the beginning of a value it would find nobody.
_MEANT: Final = {"=>": ">=", "=<": "<=", "=~": "~=", "=^": "^=", "=!": "!=", "<>": "!="}


class FilterError(ValueError):
    """position: of the character where the mistake shows, the first is 1. expected: what could
    stand there."""

    def __init__(self, position: int, expected: str, detail: str = "") -> None:
        super().__init__(detail or f"expected {expected} at position {position}")
        self.position = position
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Text:
    """A path or value as meant, quotes removed, and where it began."""

    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """path operator values: any of the values suffices."""

    path: Text
    operator: str
    values: tuple[Text, ...]
    operator_position: int = 0


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether there is anything at a path."""

    path: Text
    present: bool


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class Every:
    """All of them hold."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one holds."""

    nodes: "tuple[Node, ...]"


Node = Comparison | Presence | Not | Every | Either


def parse_filter(text: str) -> Node:
    """The tree. Raises FilterError."""
    if len(text) > MAX_CHARS:
        raise FilterError(MAX_CHARS + 1, "the end", f"a filter has at most {MAX_CHARS} characters")
    parser = _Parser(text)
    node = parser.either(0)
    parser.skip_blanks()
    if not parser.at_end():
        expected, at = "and, or, or the end", parser.position
        closing = text[at - 1] == ")"
        hint = "no bracket is open" if closing else "what has blanks in it has to be in quotes"
        raise FilterError(at, expected, f"expected {expected} at position {at}; {hint}")
    return node


class _Parser:
    """Recursive descent, one method a rule. depth: brackets and nots around."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def position(self) -> int:
        return self._at + 1

    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def skip_blanks(self) -> None:
        while not self.at_end() and self._text[self._at] in _BLANKS:
            self._at += 1

    def either(self, depth: int) -> Node:
        nodes = [self._every(depth)]
        while self._keyword("or"):
            nodes.append(self._every(depth))
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def _every(self, depth: int) -> Node:
        nodes = [self._single(depth)]
        while self._keyword("and"):
            nodes.append(self._single(depth))
        return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))

    def _single(self, depth: int) -> Node:
        self.skip_blanks()
        if depth > MAX_DEPTH:
            raise FilterError(
                self.position, "a condition", f"brackets and nots go at most {MAX_DEPTH} deep"
            )
        if self._keyword("not"):
            return Not(self._single(depth + 1))
        if self._mark("("):
            node = self.either(depth + 1)
            self._need(")")
            return node
        path = self._path()
        if path.text in {"present", "missing"} and self._mark("("):
            inner = self._path()
            self._need(")")
            return Presence(inner, path.text == "present")
        return self._comparison(path)

    def _comparison(self, path: Text) -> Comparison:
        self.skip_blanks()
        place = self.position
        for operator in OPERATORS:
            if self._text.startswith(operator, self._at):
                self._at += len(operator)
                break
        else:
            raise FilterError(place, f"one of {' '.join(OPERATORS)}")
        self._refuse_sign(operator)
        values = [self._value()]
        while self._mark(","):
            values.append(self._value())
        return Comparison(path, operator, tuple(values), place)

    def _refuse_sign(self, operator: str) -> None:
        """One that follows the operator at once: a slip, not the value's beginning."""
        sign = self._text[self._at : self._at + 1]
        if sign not in _SIGNS:
            return
        quoted = f"a value, in quotes if it begins with {sign}"
        meant = "no second =" if sign == "=" else _MEANT.get(operator + sign)
        raise FilterError(self.position, f"{meant}, or {quoted}" if meant else quoted)

    def _path(self) -> Text:
        return self._word_or_quoted(_ENDS_PATH, "a field's name, not, or a bracket")

    def _value(self) -> Text:
        self.skip_blanks()
        if self._text.startswith("'", self._at):  # other languages' quotes would find nobody
            raise FilterError(self.position, "a value, in \" quotes if it begins with '")
        return self._word_or_quoted(_ENDS_VALUE, "a value")

    def _word_or_quoted(self, ends: frozenset[str], expected: str) -> Text:
        self.skip_blanks()
        start = self._at
        if self._text.startswith('"', start):
            return Text(self._quoted(), start + 1)
        while not self.at_end() and self._text[self._at] not in ends:
            self._at += 1
        if self._at == start:
            raise FilterError(self.position, expected)
        return Text(self._text[start : self._at], start + 1)

    def _quoted(self) -> str:
        self._at += 1
        characters: list[str] = []
        while not self.at_end():
            character = self._text[self._at]
            if character == '"':
                self._at += 1
                return "".join(characters)
            if character == "\\":
                self._at += 1
                if self.at_end():
                    break
                character = self._text[self._at]
            characters.append(character)
            self._at += 1
        raise FilterError(self.position, 'a closing "')

    def _keyword(self, word: str) -> bool:
        """Take the word if it stands here, and isn't the beginning or a part of another."""
        self.skip_blanks()
        end = self._at + len(word)
        if self._text[self._at : end].lower() != word:
            return False
        if end < len(self._text) and self._text[end] not in _BLANKS + "(":
            return False
        self._at = end
        return True

    def _mark(self, mark: str) -> bool:
        self.skip_blanks()
        if not self._text.startswith(mark, self._at):
            return False
        self._at += 1
        return True

    def _need(self, mark: str) -> None:
        if not self._mark(mark):
            raise FilterError(self.position, mark)
