"""The key `data` of a configuration: which sources, where they lie, how often each is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from squeezesam_model.printable import shown

from squeezesam_train.sources.base import LABEL_KINDS

CACHES = ("decoded", "encoded", "paths")

_REQUIRED = {
    "folder": ("path",),
    "coco": ("images", "annotations"),
    "sa1b": ("path",),
    "shards": ("urls",),
}
_OPTIONAL = {
    "folder": ("cache", "split"),
    "coco": (),
    "sa1b": (),
    "shards": ("labels", "cache"),
}
_CHOICES = {("folder", "cache"): CACHES, ("shards", "labels"): LABEL_KINDS}


class SpecError(ValueError):
    """A description of data that cannot be used; the text says what is wrong."""


@dataclass(frozen=True)
class SourceSpec:
    """One source.

    Attributes:
        kind: ``folder``, ``coco``, ``sa1b`` or ``shards``.
        options: the reader's own keys: paths, relative to the working directory, and choices.
        urls: of the shards.
        weight: share of the draws, relative to the other sources'.
    """

    kind: str
    options: dict[str, str] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
    weight: float = 1.0


def parse_sources(value: object) -> str | tuple[SourceSpec, ...]:
    """Check the value of `data`: a folder's path, or a list of mappings with `kind` in each.

    Raises:
        SpecError: it is neither, a kind or key is unknown or missing, or a value of a wrong type.
    """
    if isinstance(value, str) and value:
        return value
    if isinstance(value, (list, tuple)) and value:
        specs = tuple(v if isinstance(v, SourceSpec) else _source(v) for v in value)
        if not sum(spec.weight for spec in specs) > 0:
            raise SpecError("'data': every source has the weight 0")
        return specs
    raise SpecError("'data' must be a folder or a list of {kind: …, …}, not " + shown(value))


def _source(value: object) -> SourceSpec:
    if not isinstance(value, dict) or "kind" not in value:
        raise SpecError(
            f"'data': a source must be a mapping with the key 'kind', not {shown(value)}"
        )
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in _REQUIRED:
        raise SpecError(f"'data': unknown kind {shown(kind)} (known: {', '.join(_REQUIRED)})")
    known = ("kind", "weight", *_REQUIRED[kind], *_OPTIONAL[kind])
    for key in value:
        if key not in known:
            raise SpecError(
                f"'data': a source of kind {kind} has no key {shown(key)} "
                f"(known: {', '.join(known)})"
            )
    for key in _REQUIRED[kind]:
        if key not in value:
            raise SpecError(f"'data': a source of kind {kind} needs the key '{key}'")
    options = {
        k: _text(kind, k, v) for k, v in value.items() if k not in ("kind", "weight", "urls")
    }
    return SourceSpec(kind, options, _urls(value.get("urls")), _weight(value.get("weight", 1)))


def _text(kind: str, key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise SpecError(f"'data': '{key}' of kind {kind} must be text, not {shown(value)}")
    choices = _CHOICES.get((kind, key))
    if choices and value not in choices:
        raise SpecError(f"'data': '{key}' must be one of {', '.join(choices)}, not {shown(value)}")
    return value


def _urls(value: object) -> tuple[str, ...]:
    urls = [value] if isinstance(value, str) else value
    if urls is None:
        return ()
    if not isinstance(urls, list) or not urls or not all(isinstance(u, str) and u for u in urls):
        raise SpecError(
            f"'data': 'urls' must be a shard's path or a list of them, not {shown(value)}"
        )
    return tuple(urls)


def _weight(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
        raise SpecError(f"'data': a weight must be a number from 0 on, not {shown(value)}")
    return float(value)
