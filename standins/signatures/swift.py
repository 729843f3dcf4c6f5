"""Declarations of Swift sources and interfaces, one line each.

Types lose their modules and outer types, parameters keep labels, type and whether they have a
default; attributes, constraints (``where``) and bodies are left out.
"""

from __future__ import annotations

from standins.signatures.kotlin import Declaration
from standins.signatures.tokens import Reader, tokens

_MODIFIERS = frozenset(
    """
    public open internal private fileprivate package final static class override convenience
    required mutating nonmutating nonisolated lazy weak unowned indirect dynamic optional prefix
    postfix infix consuming borrowing distributed
    """.split()  # noqa: SIM905
)
_TYPES = ("class", "struct", "enum", "protocol", "actor", "extension")
_BEFORE_TYPES = ("inout", "some", "any", "repeat", "each", "sending", "borrowing", "__owned")
_DECLARES = (*_TYPES, "func", "init", "var", "let", "case", "typealias", "associatedtype")


class SwiftFile:
    """The visible declarations of one file."""

    def __init__(self, source: str, module: str) -> None:
        lines = source.split("\n")
        kept = [line for line in lines if not line.lstrip().startswith(("#", "// swift-"))]
        self.reader = Reader(tokens("\n".join(kept)))
        self.module = module
        self.found: list[Declaration] = []
        self._scope(module, everything=False)

    def _scope(self, owner: str, everything: bool) -> None:
        read = self.reader
        while read.place < len(read.tokens) and read.peek() != "}":
            self._attributes()
            words = self._modifiers()
            word = read.peek()
            visible = everything or "public" in words or "open" in words
            if word in _TYPES and read.kind(1) == "word":
                self._nominal(owner, visible)
            elif word == "func":
                self._function(owner, words, visible)
            elif word == "init" and read.peek(1) in ("(", "?", "!", "<"):
                self._initialiser(owner, visible and "override" not in words)
            elif word in ("var", "let") and read.kind(1) == "word":
                self._property(owner, words, visible)
            elif word == "case" and read.kind(1) == "word":
                self._cases(owner)
            elif word == "import":
                read.take()
                read.take()
            elif word in ("typealias", "associatedtype"):
                read.take()
                name = read.take()
                text = f"{word} {name}"
                if read.accept("="):
                    text += f" = {self._type()}"
                if visible and word == "typealias":
                    self.found.append(Declaration(owner, name, text))
            elif word in ("(", "[", "{"):
                read.skip_group()
            else:
                read.take()

    def _attributes(self) -> None:
        read = self.reader
        while read.peek() == "@":
            read.take()
            read.take()
            while read.accept("."):
                read.take()
            if read.peek() == "(" and read.follows():
                read.skip_group()

    def _modifiers(self) -> list[str]:
        read = self.reader
        words = []
        while read.peek() in _MODIFIERS:
            if read.peek() == "class" and read.peek(1) not in ("func", "var"):
                break
            words.append(read.take())
            if read.peek() == "(" and read.peek(2) == ")":
                setter = read.peek(1)
                read.skip_group()
                if setter == "set":
                    words[-1] = f"{words[-1]}(set)"
            self._attributes()
        return words

    def _type(self) -> str:
        read = self.reader
        prefix = ""
        while True:
            self._attributes()
            if read.peek() in _BEFORE_TYPES and read.kind(1) == "word":
                word = read.take()
                prefix += "" if word in ("any", "sending", "__owned") else f"{word} "
                continue
            break
        if read.peek() == "(":
            parts = self._list("(", ")")
            effects = ""
            while read.peek() in ("async", "throws", "rethrows"):
                effects += f"{read.take()} "
            if read.accept("->"):
                return f"{prefix}({', '.join(parts)}) {effects}-> {self._type()}"
            found = f"({', '.join(parts)})" if len(parts) != 1 or "->" in parts[0] else parts[0]
        elif read.peek() == "[":
            read.take()
            found = f"[{self._type()}"
            if read.accept(":"):
                found += f" : {self._type()}"
            read.accept("]")
            found += "]"
        else:
            found = read.take()
            arguments = self._angles()
            while read.peek() == "." and read.kind(1) == "word":
                read.take()
                found = read.take()
                arguments = self._angles()
            found += arguments
        while read.peek() in ("?", "!") and read.follows():
            found += read.take()
        if read.accept("&"):
            found += f" & {self._type()}"
        return "()" if prefix + found == "Void" else prefix + found

    def _angles(self) -> str:
        return f"<{', '.join(self._list('<', '>'))}>" if self.reader.peek() == "<" else ""

    def _generics(self) -> str:
        """The names of type parameters, without what they must conform to."""
        read = self.reader
        if not read.accept("<"):
            return ""
        names = []
        while not read.accept(">"):
            if read.peek() == "each":
                read.take()
            names.append(read.take())
            if read.accept(":"):
                self._type()
            read.accept(",")
        return f"<{', '.join(names)}>"

    def _list(self, opening: str, closing: str) -> list[str]:
        read = self.reader
        read.accept(opening)
        parts = []
        while not read.accept(closing):
            while read.kind() == "word" and (read.peek(1) == ":" or read.kind(1) == "word"):
                if read.peek() in _BEFORE_TYPES and read.peek(1) != ":":
                    break
                read.take()
            read.accept(":")
            parts.append(self._type())
            read.accept(",")
        return parts

    def _parameters(self) -> str:
        read = self.reader
        read.take()
        parts = []
        while not read.accept(")"):
            self._attributes()
            names = [read.take()]
            if read.peek() != ":":
                names.append(read.take())
            read.accept(":")
            label = names[0]
            text = f"{label}: {self._type()}"
            if read.accept("..."):
                text += "..."
            if read.accept("="):
                text += " = _"
                while read.peek() not in (",", ")"):
                    if read.peek() in ("(", "[", "{"):
                        read.skip_group()
                    else:
                        read.take()
            parts.append(text)
            read.accept(",")
        return f"({', '.join(parts)})"

    def _effects(self) -> str:
        read = self.reader
        text = ""
        while read.peek() in ("async", "throws", "rethrows"):
            text += f" {read.take()}"
        return text

    def _rest(self) -> None:
        """Past constraints, and past a body."""
        read = self.reader
        if read.peek() == "where":
            while read.peek() not in ("{", "}", "") and not (
                read.on_new_line() and (read.peek() in _DECLARES or read.peek() in _MODIFIERS)
            ):
                if read.on_new_line() and read.peek() == "@":
                    break
                read.take()
        if read.peek() == "{":
            read.skip_group()

    def _function(self, owner: str, words: list[str], visible: bool) -> None:
        read = self.reader
        read.take()
        name = read.take()
        while read.kind() == "sign" and read.peek() not in ("(", "<"):
            name += read.take()
        generics = self._generics()
        text = f"func {name}{generics}{self._parameters()}{self._effects()}"
        if read.accept("->"):
            text += f" -> {self._type()}"
        self._rest()
        if visible and "override" not in words and name[0].isalpha():
            static = "static " if "static" in words or "class" in words else ""
            mutating = "mutating " if "mutating" in words else ""
            self.found.append(Declaration(owner, name, static + mutating + text))

    def _initialiser(self, owner: str, visible: bool) -> None:
        read = self.reader
        name = read.take()
        if read.peek() in ("?", "!"):
            name += read.take()
        generics = self._generics()
        text = f"{name}{generics}{self._parameters()}{self._effects()}"
        self._rest()
        if visible:
            self.found.append(Declaration(owner, "init", text))

    def _property(self, owner: str, words: list[str], visible: bool) -> None:
        read = self.reader
        read.take()
        name = read.take()
        kind = self._type() if read.accept(":") else "_"
        if kind == "_" and read.peek() == "=" and read.peek(1)[:1].isupper():
            kind = read.peek(1)
        if read.peek() == "{":
            read.skip_group()
        if visible:
            static = "static " if "static" in words or "class" in words else ""
            self.found.append(Declaration(owner, name, f"{static}var {name}: {kind}"))

    def _cases(self, owner: str) -> None:
        read = self.reader
        read.take()
        while True:
            name = read.take()
            text = f"case {name}"
            if read.peek() == "(":
                text += f"({', '.join(self._list('(', ')'))})"
            if read.accept("="):
                read.take()
            self.found.append(Declaration(owner, name, text))
            if not read.accept(","):
                return

    def _nominal(self, owner: str, visible: bool) -> None:
        read = self.reader
        word = read.take()
        parts = [read.take()]
        while read.peek() == "." and read.kind(1) == "word":
            read.take()
            parts.append(read.take())
        if word == "extension" and len(parts) > 1 and parts[0][0].isupper():
            parts = parts[-1:] if len(parts) < 3 else parts[1:]
        name = parts[-1]
        generics = self._generics()
        supertypes = []
        if read.accept(":"):
            supertypes.append(self._type())
            while read.accept(","):
                supertypes.append(self._type())
        start = len(self.found)
        if word != "extension":
            here = Declaration(owner, name, f"{word} {name}{generics}", supertypes)
            self.found.append(here)
        while read.peek() not in ("{", ""):
            read.take()
        read.take()
        full = f"{owner}.{name}" if word != "extension" else f"{self.module}.{name}"
        self._scope(
            full, everything=word in ("protocol", "enum") or (visible and word == "extension")
        )
        read.accept("}")
        if not visible and word != "extension":
            del self.found[start:]


def declarations(source: str, module: str) -> list[Declaration]:
    """What ``source`` of ``module`` lets others see, in its order."""
    return SwiftFile(source, module).found
