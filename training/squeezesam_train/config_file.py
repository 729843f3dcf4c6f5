"""Training configuration from a YAML file and `key=value` overrides."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import yaml
from squeezesam_model.printable import shown

from squeezesam_train.config import ConfigError, Phase, TrainConfig
from squeezesam_train.simulate import PromptMix
from squeezesam_train.sources.spec import SpecError, parse_sources

_CHOICES = {
    "task": ("segmenter", "saliency"),
    "optimiser": ("muon", "adamw"),
    "precision": ("auto", "bf16", "fp32"),
    "device": ("auto", "cpu", "cuda"),
}
_SHARES = (
    "max_damaged", "merging", "copy_paste", "crop", "boxes", "automatic", "single", "outliers",
    "negatives", "strokes", "forgotten", "empty",
)  # fmt: skip


_MOST_MERGED = 1_000
_LONGEST = 1_000
_LARGEST_FILE = 64 << 10
_MOST_PHASES, _MOST_SIZES = 100, 64


class _Loader(yaml.SafeLoader):
    """YAML whose `<<` stay small: merges of merges of merges double and double."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._merged = 0

    def flatten_mapping(self, node: Any) -> None:
        # Before they are merged, which is when they take memory.
        merged = [value for key, value in node.value if key.tag == "tag:yaml.org,2002:merge"]
        self._count(sum(map(_merged_keys, merged)), node)
        super().flatten_mapping(node)
        if merged:
            self._count(len(node.value), node)

    def _count(self, keys: int, node: Any) -> None:
        # Of the whole document: many small ones are as large as one.
        self._merged += keys
        if self._merged > _MOST_MERGED:
            mark = node.start_mark
            raise yaml.constructor.ConstructorError(None, None, "too many merged keys", mark)


def _merged_keys(node: Any) -> int:
    """Keys of a mapping, or of a list's mappings, as they stand there."""
    if isinstance(node, yaml.SequenceNode):
        return sum(max(1, len(item.value)) for item in node.value)
    return len(node.value)


def _yaml(text: str) -> Any:
    """ValueError (of YAML, of its numbers, words and dates) or RecursionError if it is none."""
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)[:_LONGEST]) from error
    except RecursionError:
        raise
    except Exception as error:  # PyYAML lets out whatever a tag's reader meets in a value
        raise ValueError(f"a value is none of its kind ({type(error).__name__})") from error


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise ConfigError(f"the configuration {path} is larger than {_LARGEST_FILE >> 10} KiB")
    return content.decode("utf-8")


def load_config(path: Path, overrides: list[str]) -> TrainConfig:
    """Read a YAML file and apply ``key=value`` overrides (values are YAML too).

    Raises:
        ConfigError: the file cannot be read, or a key or value is wrong.
    """
    try:
        raw = _yaml(_text(path))
    except OSError as error:
        raise ConfigError(f"cannot read the configuration {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} must hold keys and values")
    for override in overrides:
        key, separator, value = override.partition("=")
        if not separator:
            raise ConfigError(f"'{override}' is not of the form key=value")
        try:
            raw[key] = _yaml(value)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"the value in '{override}' is not valid YAML") from error
    return parse_config(raw)


def parse_config(raw: dict[str, Any]) -> TrainConfig:
    """Check names and types of a configuration that was read from YAML."""
    known = {f.name: f for f in dataclasses.fields(TrainConfig)}
    unknown = sorted(map(shown, set(raw) - set(known)))
    if unknown:
        raise ConfigError(f"unknown key {unknown[0]} (known: {', '.join(sorted(known))})")
    missing = [k for k in ("task", "preset", "data", "phases") if k not in raw]
    if missing == ["data"]:
        raise ConfigError(
            "where the photos lie is missing: give data=FOLDER (see docs/training.md)"
        )
    if missing:
        raise ConfigError(f"the key '{missing[0]}' is missing")
    values = {key: _typed(key, str(known[key].type), value) for key, value in raw.items()}
    config = TrainConfig(**values)
    for key, allowed in _CHOICES.items():
        if getattr(config, key) not in allowed:
            raise ConfigError(
                f"{key} must be {_either(allowed)}, not {shown(getattr(config, key))}"
            )
    _check_amounts(config)
    return config


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _check_amounts(config: TrainConfig) -> None:
    for key in _SHARES:
        if not 0 <= getattr(config, key) <= 1:
            raise ConfigError(f"'{key}' must lie between 0 and 1, not {getattr(config, key)}")
    kinds = config.boxes + config.automatic + config.strokes + PromptMix.box_and_clicks
    if kinds > 1:
        raise ConfigError(
            f"boxes, automatic and strokes leave less than the {PromptMix.box_and_clicks} of a box "
            "with clicks: together they must be smaller"
        )
    for key in ("accumulate", "masks_per_photo", "timeout", "log_every", "save_every"):
        if getattr(config, key) < 1:
            raise ConfigError(f"{key} must be at least 1, not {getattr(config, key)}")
    if config.masks_per_photo > 1 and config.task != "segmenter":
        raise ConfigError("masks_per_photo is for the segmenter: a photo has one saliency map")
    for phase in config.phases:
        if phase.batch % config.masks_per_photo:
            raise ConfigError(
                f"a phase's batch ({phase.batch}) must be a multiple of masks_per_photo "
                f"({config.masks_per_photo})"
            )


def _typed(key: str, kind: str, value: object) -> Any:
    if key == "phases":
        return _phases(value)
    if key == "data":
        try:
            return parse_sources(value)
        except SpecError as error:
            raise ConfigError(str(error)) from error
    try:
        if kind == "float" and isinstance(value, (int, float, str)):
            return float(value)
        if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
            # More can neither be printed nor given to any library.
            if abs(value) >= 1 << 63:
                raise ConfigError(f"'{key}' must be a whole number of 63 bits")
            return value
        if kind == "bool" and isinstance(value, bool):
            return value
        if kind == "str" and isinstance(value, str):
            return value
        if kind == "tuple[int, ...]" and isinstance(value, (list, tuple)):
            return tuple(_typed(key, "int", item) for item in value)
        if kind.startswith("dict") and isinstance(value, dict):
            return {str(k): float(v) for k, v in value.items()}
    except (TypeError, ValueError, OverflowError):
        pass
    wanted = "list of int" if kind.startswith("tuple") else kind
    raise ConfigError(f"'{key}' must be of type {wanted}, not {shown(value)}")


def _phases(value: object) -> tuple[Phase, ...]:
    wanted = (
        f"'phases' must be a list of at most {_MOST_PHASES} {{size, batch, steps or epochs, …}}"
    )
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_PHASES:
        raise ConfigError(wanted)
    if not all(isinstance(v, dict) for v in value):
        raise ConfigError(wanted)
    return tuple(_phase(item, wanted) for item in value)


def _phase(item: dict[str, Any], wanted: str) -> Phase:
    known = {f.name: str(f.type) for f in dataclasses.fields(Phase)}
    unknown = sorted(map(shown, set(item) - set(known)))
    if unknown:
        raise ConfigError(f"a phase has the unknown key {unknown[0]} ({', '.join(known)})")
    if "size" not in item or "batch" not in item:
        raise ConfigError(wanted)
    if isinstance(item.get("sizes"), list) and len(item["sizes"]) > _MOST_SIZES:
        raise ConfigError(f"a phase has more than {_MOST_SIZES} sizes")
    phase = Phase(**{key: _typed(key, known[key], value) for key, value in item.items()})
    for size in (phase.size, *phase.sizes):
        if size % 32 or size <= 0:
            raise ConfigError(f"a phase's size must be a multiple of 32, not {size}")
    if phase.batch < 2:
        raise ConfigError("a phase needs a batch of 2 or more (BatchNorm)")
    if (phase.steps > 0) == (phase.epochs > 0) or min(phase.steps, phase.epochs) < 0:
        raise ConfigError("a phase needs either steps or epochs, more than 0")
    return phase
