"""Declarations of Java sources, one line each, as ``standins.signatures.kotlin`` gives Kotlin's."""

from __future__ import annotations

from standins.signatures.kotlin import TEST_ONLY, Declaration
from standins.signatures.tokens import Reader, tokens

_MODIFIERS = frozenset(
    """
    public private protected static final abstract native synchronized transient volatile
    default strictfp sealed
    """.split()  # noqa: SIM905
)
_KEPT = ("protected", "static", "abstract")
_NULLABILITY = {"Nullable": "@Nullable ", "NonNull": "@NonNull "}


class JavaFile:
    """The visible declarations of one file."""

    def __init__(self, source: str) -> None:
        self.reader = Reader(tokens(source))
        self.found: list[Declaration] = []
        self._scope("", "", in_interface=False)

    def _scope(self, owner: str, class_name: str, in_interface: bool) -> None:
        read = self.reader
        while read.place < len(read.tokens) and read.peek() != "}":
            annotations = self._annotations()
            words = []
            while read.peek() in _MODIFIERS:
                words.append(read.take())
                annotations += self._annotations()
            word = read.peek()
            visible = ("public" in words or "protected" in words or in_interface) and (
                TEST_ONLY not in annotations
            )
            if word == "package":
                read.take()
                owner = self._dotted()
            elif word == "import":
                while not read.accept(";"):
                    read.take()
            elif word in ("class", "interface", "enum") or (
                word == "@" and read.peek(1) == "interface"
            ):
                self._class(owner, words, visible)
            elif word == "{":
                read.skip_group()
            elif word == ";":
                read.take()
            else:
                self._member(owner, class_name, words, annotations, visible)

    def _annotations(self) -> list[str]:
        read = self.reader
        found = []
        while read.peek() == "@" and read.peek(1) != "interface":
            read.take()
            found.append(self._dotted().rsplit(".", 1)[-1])
            if read.peek() == "(":
                read.skip_group()
        return found

    def _dotted(self) -> str:
        read = self.reader
        parts = [read.take()]
        while read.peek() == "." and read.kind(1) == "word":
            read.take()
            parts.append(read.take())
        return ".".join(parts)

    def _type(self) -> str:
        """A type with simple names."""
        read = self.reader
        annotations = self._annotations()
        prefix = "".join(_NULLABILITY.get(name, "") for name in annotations)
        if read.accept("?"):
            if read.peek() in ("extends", "super"):
                return f"? {read.take()} {self._type()}"
            return "?"
        name = self._dotted().rsplit(".", 1)[-1]
        if read.peek() == "<":
            read.take()
            parts = []
            while not read.accept(">"):
                parts.append(self._type())
                read.accept(",")
            name += f"<{', '.join(parts)}>"
        while read.peek() == "[" and read.peek(1) == "]":
            read.place += 2
            name += "[]"
        return prefix + name + ("..." if read.accept("...") else "")

    def _generics(self) -> str:
        read = self.reader
        if read.peek() != "<":
            return ""
        start = read.place
        read.skip_angles()
        words = [token.text for token in read.tokens[start : read.place]]
        return " ".join(words).replace("< ", "<").replace(" >", ">").replace(" ,", ",") + " "

    def _class(self, owner: str, words: list[str], visible: bool) -> None:
        read = self.reader
        read.accept("@")
        word = read.take()
        name = read.take()
        start = len(self.found)
        generics = self._generics().strip()
        kept = [each for each in words if each == "abstract"]
        here = Declaration(owner, name, " ".join([*kept, word, name + generics]))
        self.found.append(here)
        while read.peek() not in ("{", ""):
            if read.peek() in ("extends", "implements", ","):
                read.take()
                here.supertypes.append(self._type())
            else:
                read.take()
        read.take()
        full = f"{owner}.{name}" if owner else name
        if word == "enum":
            while read.peek() not in (";", "}"):
                self._annotations()
                entry = read.take()
                self.found.append(Declaration(full, entry, f"entry {entry}"))
                while read.peek() in ("(", "{"):
                    read.skip_group()
                read.accept(",")
        self._scope(full, name, in_interface=word == "interface")
        read.accept("}")
        if not visible:
            del self.found[start:]

    def _member(
        self, owner: str, class_name: str, words: list[str], annotations: list[str], visible: bool
    ) -> None:
        read = self.reader
        generics = self._generics()
        prefix = "".join(_NULLABILITY.get(name, "") for name in annotations)
        kept = " ".join([word for word in words if word in _KEPT] + [""]).lstrip()
        if read.peek() == class_name and read.peek(1) == "(":
            name, kind = read.take(), ""
        else:
            kind = self._type() + " "
            name = read.take()
        if read.peek() == "(":
            text = f"{kept}{prefix}{generics}{kind}{name}({', '.join(self._parameters())})"
            if read.accept("throws"):
                thrown = [self._type()]
                while read.accept(","):
                    thrown.append(self._type())
                text += f" throws {', '.join(thrown)}"
        else:
            text = f"{kept}{prefix}{kind}{name}"
        while read.place < len(read.tokens) and read.peek() not in (";", "{", "}"):
            if read.peek() in ("(", "["):
                read.skip_group()
            elif read.peek() == "=" and read.peek(1) == "{":
                read.take()
                read.skip_group()
            else:
                read.take()
        if read.peek() == "{":
            read.skip_group()
        if visible and "Override" not in annotations:
            self.found.append(Declaration(owner, name, text))

    def _parameters(self) -> list[str]:
        read = self.reader
        read.take()
        parts = []
        while not read.accept(")"):
            prefix = "".join(_NULLABILITY.get(name, "") for name in self._annotations())
            read.accept("final")
            parts.append(f"{prefix}{self._type()} {read.take()}")
            read.accept(",")
        return parts


def declarations(source: str) -> list[Declaration]:
    """What ``source`` lets others see, in its order."""
    return JavaFile(source).found
