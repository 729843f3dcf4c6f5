"""Declarations of Kotlin sources, one line each.

Types lose their packages and outer classes, parameters keep name, type and whether they have a
default (``= _``). Private and internal declarations are left out, and so are those annotated with
``@OfTheTest``, which a stand-in adds for its tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from standins.signatures.kotlin_types import KotlinTypes
from standins.signatures.tokens import Reader, tokens

_OF_FUNCTIONS = ("suspend", "inline", "infix", "operator")
_OF_CLASSES = ("abstract", "sealed", "open", "enum", "annotation", "value", "data", "fun")
TEST_ONLY = "OfTheTest"


@dataclass
class Declaration:
    """``text`` of what is declared in ``owner``, a package or a class."""

    owner: str
    name: str
    text: str
    supertypes: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """As it is recorded."""
        return f"{self.owner} :: {self.text}"


class KotlinFile(KotlinTypes):
    """The visible declarations of one file."""

    def __init__(self, source: str) -> None:
        super().__init__(Reader(tokens(source)))
        self.found: list[Declaration] = []
        self.last_property: Declaration | None = None
        self._scope("", in_interface=False)

    def _scope(self, owner: str, in_interface: bool) -> None:
        read = self.reader
        while read.place < len(read.tokens):
            if read.peek() == "}":
                return
            annotations = self._annotations()
            modifiers = self._modifiers()
            word = read.peek()
            if word == "package":
                read.take()
                owner = self._dotted()
            elif word == "import":
                read.take()
                self._dotted()
            elif word == "fun" and read.peek(1) == "interface":
                read.take()
                self._class(owner, [*modifiers, "fun"], annotations)
            elif word in ("class", "interface", "object") and self._starts_class():
                self._class(owner, modifiers, annotations)
            elif word == "fun" and read.peek(1) != "(":
                self._function(owner, modifiers, annotations)
            elif word in ("val", "var") and read.peek(-1) not in ("(", ","):
                self._property(owner, modifiers, annotations)
            elif word == "constructor":
                self._constructor(owner, modifiers)
            elif word == "typealias":
                read.take()
                name = read.take()
                if self._visible(modifiers):
                    read.accept("=")
                    self._add(owner, name, f"typealias {name} = {self._type()}")
            elif word in ("get", "set") and self.last_property is not None:
                self._accessor(modifiers, annotations)
            elif word in ("(", "[", "{"):
                read.skip_group()
            else:
                read.take()

    def _starts_class(self) -> bool:
        read = self.reader
        if read.peek(-1) == "::":
            return False
        return read.peek() != "object" or read.kind(1) == "word" or read.peek(-1) == "companion"

    def _add(self, owner: str, name: str, text: str) -> Declaration:
        declaration = Declaration(owner, name, text)
        self.found.append(declaration)
        return declaration

    @staticmethod
    def _visible(modifiers: list[str]) -> bool:
        return "private" not in modifiers and "internal" not in modifiers

    def _function(self, owner: str, modifiers: list[str], annotations: list[str]) -> None:
        read = self.reader
        read.take()
        generics = self._type_parameters()
        receiver, name = self._receiver_and_name()
        texts, _ = self._parameters()
        kind = self._type() if read.accept(":") else ("Unit" if read.peek() != "=" else "_")
        if not self._visible(modifiers) or TEST_ONLY in annotations:
            return
        words = ["@Composable"] if "Composable" in annotations else []
        words += ["protected"] if "protected" in modifiers else []
        words += [word for word in _OF_FUNCTIONS if word in modifiers]
        words.append("fun")
        words += [generics] if generics else []
        words.append(f"{receiver}{name}({', '.join(texts)}): {kind}")
        if "override" not in modifiers:
            self._add(owner, name, " ".join(words))

    def _receiver_and_name(self) -> tuple[str, str]:
        read = self.reader
        self._annotations()
        if (read.kind() == "word" and read.peek(1) in ("(", ":", "=", "by", "")) or (
            read.kind() == "word" and self._line_ends_after_name()
        ):
            return "", read.take()
        last = ""
        receiver: list[str] = []
        while True:
            if read.peek() == "(":
                last = f"({self._type_list()[0]})"
            else:
                last = read.take() + self._arguments()
            while read.accept("?"):
                last += "?"
            if read.accept("?."):
                last += "?"
            elif not read.accept("."):
                break
            receiver.append(last)
        return (f"{receiver[-1]}." if receiver else ""), last

    def _line_ends_after_name(self) -> bool:
        read = self.reader
        place = read.place + 1
        return place >= len(read.tokens) or (
            read.tokens[place].starts_line and read.tokens[place].text not in (".", "?.")
        )

    def _property(self, owner: str, modifiers: list[str], annotations: list[str]) -> None:
        read = self.reader
        word = read.take()
        generics = self._type_parameters()
        receiver, name = self._receiver_and_name()
        kind = self._type() if read.accept(":") else self._inferred()
        self.last_property = None
        if not self._visible(modifiers) or TEST_ONLY in annotations or "override" in modifiers:
            return
        words = ["protected"] if "protected" in modifiers else []
        words += ["const"] if "const" in modifiers else []
        words += [word, *([generics] if generics else []), f"{receiver}{name}: {kind}"]
        self.last_property = self._add(owner, name, " ".join(words))

    def _inferred(self) -> str:
        """The type where the initialiser is a constructor's call, a text or a number."""
        read = self.reader
        if read.peek() != "=":
            return "_"
        first = read.peek(1)
        if read.kind(1) == "word" and first[0].isupper() and read.peek(2) == "(":
            return first
        if read.kind(1) == "number" and first.isdigit():
            return "Int"
        return "String" if read.kind(1) == "text" else "_"

    def _accessor(self, modifiers: list[str], annotations: list[str]) -> None:
        read = self.reader
        word = read.take()
        declaration = self.last_property
        if declaration is not None and word == "get" and "Composable" in annotations:
            declaration.text = f"@Composable {declaration.text}"
        if declaration is not None and word == "set" and not self._visible(modifiers):
            declaration.text = declaration.text.replace("var ", "val ", 1)
        if read.peek() == "(":
            read.skip_group()

    def _constructor(self, owner: str, modifiers: list[str]) -> None:
        self.reader.take()
        texts, _ = self._parameters()
        if self._visible(modifiers):
            self._add(owner, "constructor", f"constructor({', '.join(texts)})")

    def _class(self, owner: str, modifiers: list[str], annotations: list[str]) -> None:
        read = self.reader
        word = read.take()
        companion = "companion" in modifiers
        named = read.kind() == "word" and not (companion and read.on_new_line())
        name = read.take() if named else "Companion"
        generics = self._type_parameters()
        start = len(self.found)
        full = f"{owner}.{name}" if owner else name
        words = [kind for kind in _OF_CLASSES if kind in modifiers]
        words += [word, name + generics]
        here = self._add(owner, name, " ".join(words))
        self._primary_constructor(full, word, modifiers)
        if read.accept(":"):
            here.supertypes = self._supertypes()
        while read.peek() == "where" or (read.peek(-1) == "where"):
            read.take()
            while read.peek() != "{" and not read.on_new_line():
                read.take()
        if read.peek() == "{" and read.accept("{"):
            if "enum" in modifiers:
                self._entries(full)
            self._scope(full, in_interface=word == "interface")
            read.accept("}")
        self.last_property = None
        if not self._visible(modifiers) or TEST_ONLY in annotations:
            del self.found[start:]

    def _primary_constructor(self, full: str, word: str, modifiers: list[str]) -> None:
        read = self.reader
        place = read.place
        self._annotations()
        of_it = self._modifiers()
        explicit = read.accept("constructor")
        if not explicit:
            read.place = place
        if word != "class":
            return
        if read.peek() != "(":
            return
        texts, properties = self._parameters()
        if self._visible(of_it) and "sealed" not in modifiers and "enum" not in modifiers:
            self._add(full, "constructor", f"constructor({', '.join(texts)})")
        for words, name, kind in properties:
            if self._visible(words) and "override" not in words:
                protected = "protected " if "protected" in words else ""
                which = "val" if "val" in words else "var"
                self._add(full, name, f"{protected}{which} {name}: {kind}")

    def _supertypes(self) -> list[str]:
        read = self.reader
        found = []
        while True:
            self._annotations()
            found.append(self._type())
            if read.peek() == "(":
                read.skip_group()
            if read.accept("by"):
                while read.peek() not in (",", "{") and not read.on_new_line():
                    read.take()
            if not read.accept(","):
                return found

    def _entries(self, full: str) -> None:
        read = self.reader
        while read.peek() not in (";", "}") and read.place < len(read.tokens):
            self._annotations()
            name = read.take()
            self._add(full, name, f"entry {name}")
            if read.peek() == "(":
                read.skip_group()
            if read.peek() == "{":
                read.skip_group()
            read.accept(",")


def declarations(source: str) -> list[Declaration]:
    """What ``source`` lets others see, in its order."""
    return KotlinFile(source).found
