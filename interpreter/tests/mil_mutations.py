"""Changes to a package's protobuf that keep its structure: what a parser lets through."""

from __future__ import annotations

import copy
import random
from typing import Any

INTEGERS = (0, 1, -1, 2, 7, 16, 17, 64, 127, 255, 4096, 1 << 20, 1 << 31, (1 << 31) - 1, 1 << 32,
            1 << 40, (1 << 63) - 1, -(1 << 31), -(1 << 63), (1 << 64) - 1)  # fmt: skip
TEXTS = ("", "x", "out", "\0", "\n", "\x1b[2J", "\u202e", "main", "CoreML5", "const", "conv", "pad",
         "fill", "tile", "reshape", "concat", "gather", "matmul", "constexpr_lut_to_dense",
         "constexpr_blockwise_shift_scale", "softmax", "topk", "@model_path/weights/weight.bin",
         "@model_path/../..", "a" * 300)  # fmt: skip
FLOATS = (0.0, -1.0, 1e30, float("nan"), float("inf"), 1e-40)


def mutated(model: Any, weights: bytes, chance: random.Random) -> tuple[bytes, bytes]:
    """The bytes of a changed ``Model`` message, and of a changed weight file."""
    content = changed(model, chance)
    return content, damaged(weights, chance) if chance.random() < 0.3 else weights


def changed(message: Any, chance: random.Random) -> bytes:
    """The bytes of any protobuf message with some of its fields changed."""
    other = copy.deepcopy(message)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        places = list(_fields(other))
        if places:
            _change(*chance.choice(places), chance)
    content = bytes(other.SerializeToString())
    return damaged(content, chance) if chance.random() < 0.2 else content


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, doubled or left out."""
    other = bytearray(content)
    for _ in range(chance.choice((1, 2, 8))):
        at = chance.randrange(len(other) + 1)
        some = other[at : at + chance.randrange(1, 9)]
        what = chance.randrange(4)
        if what == 0 and at < len(other):
            other[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            del other[at : at + len(some)]
        elif what == 2:
            other[at:at] = some
        else:
            number = chance.choice(INTEGERS) & ((1 << 64) - 1)
            other[at : at + 8] = number.to_bytes(8, "little")
    return bytes(other)


def _fields(message: Any) -> Any:
    """Every message below, with each field that is set in it."""
    for field, value in message.ListFields():
        yield message, field
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type is not None:
                for one in value.values():
                    yield from _fields(one)
        elif field.is_repeated:
            for one in value:
                yield from _fields(one)
        else:
            yield from _fields(value)


def _change(message: Any, field: Any, chance: random.Random) -> None:
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        keys = sorted(value)
        key = chance.choice(keys)
        if chance.random() < 0.5 or field.message_type.fields_by_name["value"].message_type is None:
            del value[key]
        else:
            value[chance.choice((*keys, *TEXTS))].CopyFrom(value[chance.choice(keys)])
    elif field.is_repeated:
        if field.message_type is not None and chance.random() < 0.5:
            value.append(copy.deepcopy(chance.choice(value)))
        elif field.message_type is None and chance.random() < 0.7:
            value[chance.randrange(len(value))] = _other(field, chance)
        else:
            del value[chance.randrange(len(value))]
    elif field.message_type is not None:
        message.ClearField(field.name)
    else:
        setattr(message, field.name, _other(field, chance))


def _other(field: Any, chance: random.Random) -> Any:
    kind = field.cpp_type
    if kind in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE):
        return chance.choice(FLOATS)
    if kind == field.CPPTYPE_BOOL:
        return chance.random() < 0.5
    if kind == field.CPPTYPE_ENUM:
        return chance.choice(field.enum_type.values).number
    if kind == field.CPPTYPE_STRING:
        text = chance.choice(TEXTS)
        return text.encode() if field.type == field.TYPE_BYTES else text
    least, most = {
        field.CPPTYPE_INT32: (-(1 << 31), (1 << 31) - 1),
        field.CPPTYPE_UINT32: (0, (1 << 32) - 1),
        field.CPPTYPE_INT64: (-(1 << 63), (1 << 63) - 1),
        field.CPPTYPE_UINT64: (0, (1 << 64) - 1),
    }[kind]
    return chance.choice([number for number in INTEGERS if least <= number <= most])
