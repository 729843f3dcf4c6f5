"""Types and parameters in Kotlin sources, as one line each."""

from __future__ import annotations

from standins.signatures.tokens import Reader

_MODIFIERS = frozenset(
    """
    public private protected internal open abstract final override sealed data value inline enum
    annotation suspend infix operator const lateinit vararg noinline crossinline reified expect
    actual external tailrec companion inner
    """.split()  # noqa: SIM905
)
_OF_PARAMETERS = ("vararg", "noinline", "crossinline")


class KotlinTypes:
    """Reads what stands within a declaration."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def _annotations(self) -> list[str]:
        read = self.reader
        found = []
        while read.peek() == "@":
            read.take()
            if read.peek(1) == ":" and read.kind() == "word":
                read.take()
                read.take()
            if read.peek() == "[":
                read.skip_group()
                continue
            found.append(self._dotted().rsplit(".", 1)[-1])
            if read.peek() == "<":
                read.skip_angles()
            if read.peek() == "(" and read.follows():
                read.skip_group()
        return found

    def _modifiers(self) -> list[str]:
        read = self.reader
        found = []
        while read.peek() in _MODIFIERS and (read.kind(1) == "word" or read.peek(1) == "@"):
            found.append(read.take())
            self._annotations()
        return found

    def _dotted(self) -> str:
        read = self.reader
        parts = [read.take()]
        while read.peek() == "." and (read.kind(1) == "word" or read.peek(1) == "*"):
            read.take()
            parts.append(read.take())
        return ".".join(parts)

    def _type(self) -> str:
        read = self.reader
        prefix = "".join(f"@{name} " for name in self._annotations() if name == "Composable")
        if read.peek() == "suspend":
            read.take()
            prefix += "suspend "
        if read.peek() == "(":
            parts = self._type_list()
            if read.accept("->"):
                return f"{prefix}({', '.join(parts)}) -> {self._type()}"
            found = f"({parts[0]})" if "->" in parts[0] else parts[0]
        else:
            found = read.take()
            if found in ("in", "out") and read.kind() == "word":
                return f"{prefix}{found} {self._type()}"
            arguments = self._arguments()
            while read.peek() == "." and read.kind(1) == "word":
                read.take()
                found = read.take()
                arguments = self._arguments()
            found += arguments
        while read.accept("?"):
            found += "?"
        if read.peek() == "." and read.peek(1) == "(":
            read.take()
            parts = self._type_list()
            read.accept("->")
            return f"{prefix}{found}.({', '.join(parts)}) -> {self._type()}"
        return prefix + found

    def _arguments(self) -> str:
        read = self.reader
        if read.peek() != "<":
            return ""
        read.take()
        parts = []
        while not read.accept(">"):
            parts.append(self._type())
            if read.accept(":"):
                parts[-1] += f" : {self._type()}"
            read.accept(",")
        return f"<{', '.join(parts)}>"

    def _type_list(self) -> list[str]:
        read = self.reader
        read.take()
        parts = []
        while not read.accept(")"):
            if read.kind() == "word" and read.peek(1) == ":":
                read.take()
                read.take()
            parts.append(self._type())
            read.accept(",")
        return parts

    def _type_parameters(self) -> str:
        read = self.reader
        if read.peek() != "<":
            return ""
        read.take()
        parts = []
        while not read.accept(">"):
            self._annotations()
            words = []
            while read.peek() in ("in", "out", "reified"):
                words.append(read.take())
            words.append(read.take())
            if read.accept(":"):
                words.append(f": {self._type()}")
            parts.append(" ".join(words))
            read.accept(",")
        return f"<{', '.join(parts)}>"

    def _parameters(self) -> tuple[list[str], list[tuple[list[str], str, str]]]:
        """Their texts, and as properties: modifiers with val or var, name, type."""
        read = self.reader
        read.take()
        texts, properties = [], []
        while not read.accept(")"):
            self._annotations()
            words = []
            while read.peek(1) != ":" and (
                read.peek() in _MODIFIERS or read.peek() in ("val", "var")
            ):
                words.append(read.take())
                self._annotations()
            name = read.take()
            read.accept(":")
            kept = [word for word in words if word in _OF_PARAMETERS]
            kind = self._type()
            text = " ".join([*kept, f"{name}: {kind}"])
            if read.accept("="):
                text += " = _"
                self._skip_default()
            texts.append(text)
            if "val" in words or "var" in words:
                properties.append((words, name, kind))
            read.accept(",")
        return texts, properties

    def _skip_default(self) -> None:
        read = self.reader
        while read.peek() not in (",", ")") and read.place < len(read.tokens):
            if read.peek() in ("(", "[", "{"):
                read.skip_group()
            elif read.peek() == "<" and read.kind(1) == "word" and read.peek(2) in (">", ","):
                read.skip_angles()
            else:
                read.take()
