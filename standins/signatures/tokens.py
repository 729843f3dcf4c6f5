"""Tokens of Kotlin and Java sources: comments dropped, literals in one piece."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*)
    |(?P<text>\"\"\"|\")
    |(?P<character>'(?:\\.[^']*|[^'\\])')
    |(?P<word>`[^`]+`|[A-Za-z_$][\w$]*)
    |(?P<number>\d[\w.]*)
    |(?P<sign>->|::|\?:|\?\.|!!|\.\.\.|\.\.|[-+*/%]=|[=!<>]==?|&&|\|\||[^\s])""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """One token; whether a line ends between it and the one before, or nothing lies between."""

    kind: str
    text: str
    starts_line: bool
    follows: bool


def _end_of_comment(source: str, start: int) -> int:
    """Where the block comment at ``start`` ends; Kotlin's may be nested."""
    depth, place = 0, start
    while place < len(source):
        if source.startswith("/*", place):
            depth, place = depth + 1, place + 2
        elif source.startswith("*/", place):
            depth, place = depth - 1, place + 2
            if depth == 0:
                return place
        else:
            place += 1
    return len(source)


def _end_of_text(source: str, start: int, quote: str) -> int:
    """Where the string literal at ``start`` ends, templates with strings of their own included."""
    place = start + len(quote)
    while place < len(source):
        if quote == '"' and source[place] == "\\":
            place += 2
        elif source.startswith(quote, place):
            place += len(quote)
            while quote == '"""' and source.startswith('"', place):
                place += 1
            return place
        elif source.startswith("${", place):
            place = _end_of_template(source, place + 2)
        else:
            place += 1
    return len(source)


def _end_of_template(source: str, place: int) -> int:
    depth = 1
    while place < len(source) and depth:
        if source[place] == '"':
            quote = '"""' if source.startswith('"""', place) else '"'
            place = _end_of_text(source, place, quote)
            continue
        depth += {"{": 1, "}": -1}.get(source[place], 0)
        place += 1
    return place


def tokens(source: str) -> list[Token]:
    """All tokens of ``source``."""
    found: list[Token] = []
    place, line_ended = 0, True
    while match := _TOKEN.search(source, place):
        line_ended = line_ended or "\n" in source[place : match.start()]
        follows = place == match.start()
        place = match.end()
        kind, text = str(match.lastgroup), match.group()
        if kind == "comment":
            if text == "/*":
                place = _end_of_comment(source, match.start())
            line_ended = line_ended or "\n" in source[match.start() : place]
            continue
        if kind == "text":
            place = _end_of_text(source, match.start(), text)
        found.append(Token(kind, text.strip("`"), line_ended, follows))
        line_ended = False
    return found


OPENING = {"(": ")", "[": "]", "{": "}"}


class Reader:
    """A place in a list of tokens."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.place = 0

    def peek(self, ahead: int = 0) -> str:
        """The text of the token ``ahead`` of the next one; empty at the end."""
        place = self.place + ahead
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def kind(self, ahead: int = 0) -> str:
        """Its kind; empty at the end."""
        place = self.place + ahead
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def on_new_line(self) -> bool:
        """Whether the next token is the first of its line."""
        return self.place < len(self.tokens) and self.tokens[self.place].starts_line

    def take(self) -> str:
        """The next token's text; the reader goes on."""
        if self.place >= len(self.tokens):
            raise ValueError("the source ends in the middle of a declaration")
        text = self.peek()
        self.place += 1
        return text

    def follows(self) -> bool:
        """Whether the next token follows the one before without a gap."""
        return self.place < len(self.tokens) and self.tokens[self.place].follows

    def accept(self, text: str) -> bool:
        """Take the next token if it is ``text``."""
        if self.peek() != text or self.place >= len(self.tokens):
            return False
        self.place += 1
        return True

    def skip_group(self) -> None:
        """Go past a bracket and all that it holds."""
        closing = [OPENING[self.take()]]
        while closing and self.place < len(self.tokens):
            text = self.take()
            if text in OPENING:
                closing.append(OPENING[text])
            elif text == closing[-1]:
                closing.pop()

    def skip_angles(self) -> None:
        """Go past ``<…>``."""
        depth = 0
        while self.place < len(self.tokens):
            depth += {"<": 1, ">": -1}.get(self.take(), 0)
            if depth == 0:
                return
