"""Whether a stand-in's declaration is one that the real library has.

Kotlin: parameters with defaults that a stand-in leaves out stand in it as one parameter of the type
``Omitted``, so that nothing after them can be passed by position. Swift: labelled parameters with
defaults may be left out, names of type parameters do not matter, and ``some P`` may stand for the
type that is returned. Java: word for word. ``_`` in a recorded type: the source leaves it to the
compiler.
"""

from __future__ import annotations

import re

OMITTED = "Omitted"


def split(text: str) -> list[str]:
    """``text`` at the commas that lie in no bracket."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        if sign in "([{<":
            depth += 1
        elif sign in ")]}" or (sign == ">" and text[place - 1] != "-"):
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()] if text.strip() else []


def parts_of(text: str, name: str) -> tuple[str, list[str] | None, str]:
    """What stands before the parameters, the parameters (None: there are none), what follows."""
    start = text.find(f"{name}(")
    if start < 0:
        start = text.find(f"{name}<")
        start = text.find("(", start) if start >= 0 else -1
    else:
        start += len(name)
    if start < 0:
        return text, None, ""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return text[:start], split(text[start + 1 : place]), text[place + 1 :]
    return text, None, ""


def _kotlin_parameters(ours: list[str], real: list[str]) -> bool:
    if not ours:
        return not real
    if ours[0].split(": ", 1)[-1].startswith(OMITTED):
        return any(
            _kotlin_parameters(ours[1:], real[count:])
            for count in range(1, len(real) + 1)
            if all(one.endswith(" = _") for one in real[:count])
        )
    return bool(real) and ours[0] == real[0] and _kotlin_parameters(ours[1:], real[1:])


def _swift_parameters(ours: list[str], real: list[str]) -> bool:
    """Unlabelled parameters may be left out only where no unlabelled one is left."""
    if not real:
        return not ours
    first = real[0] if ours and ours[0].endswith(" = _") else real[0].removesuffix(" = _")
    if ours and ours[0] == first and _swift_parameters(ours[1:], real[1:]):
        return True
    unlabelled = real[0].startswith("_:") and any(one.startswith("_:") for one in ours)
    return real[0].endswith(" = _") and not unlabelled and _swift_parameters(ours, real[1:])


def kotlin(ours: str, real: str, name: str) -> bool:
    """Whether a Kotlin stand-in may say ``ours`` for ``real``."""
    if ours == real:
        return True
    before, mine, after = parts_of(ours, name)
    real_before, theirs, real_after = parts_of(real, name)
    if real_after == ": _" or (theirs is None and real.endswith(": _")):
        after = real_after
        before = re.sub(r": .*$", ": _", before) if theirs is None else before
    if before != real_before or after != real_after or (mine is None) != (theirs is None):
        return False
    return mine is None or theirs is None or _kotlin_parameters(mine, theirs)


_NOMINAL = re.compile(r"^(?:struct|class|enum|protocol|actor) \w+")


def _named_by_place(text: str) -> str:
    """The type parameters of a Swift declaration named by their places."""
    found = re.match(
        r"^(?:static |mutating )*(?:(?:func|struct|class|enum) )?\w+[?!]?<([^<>]*)>", text
    )
    if found:
        for place, name in enumerate(found.group(1).split(", ")):
            text = re.sub(rf"\b{name}\b", f"T{place}", text)
    return text


def swift(ours: str, real: str, name: str) -> bool:
    """Whether a Swift stand-in may say ``ours`` for ``real``."""
    kind = _NOMINAL.match(ours)
    if kind:
        theirs_kind = _NOMINAL.match(real)
        return theirs_kind is not None and theirs_kind.group() == kind.group()
    ours, real = _named_by_place(ours), _named_by_place(real)
    if ours == real:
        return True
    before, mine, after = parts_of(ours, name)
    real_before, theirs, real_after = parts_of(real, name)
    if mine is None or theirs is None:
        return False
    opaque = " -> some " in after and " -> " in real_after
    if before != real_before or (after != real_after and not opaque):
        return False
    return _swift_parameters(mine, theirs)


def java(ours: str, real: str, name: str) -> bool:
    """Whether a Java stand-in may say ``ours`` for ``real``."""
    return ours == real


RULES = {"kotlin": kotlin, "swift": swift, "java": java}
