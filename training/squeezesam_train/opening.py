"""From the configuration's `data` to the mixture that training draws from."""

from __future__ import annotations

import re
from pathlib import Path

from squeezesam_train.config import TrainConfig
from squeezesam_train.photos import DataError
from squeezesam_train.sources.base import PhotoSource
from squeezesam_train.sources.coco import CocoPhotos
from squeezesam_train.sources.folder import open_folder
from squeezesam_train.sources.mixture import PhotoMixture
from squeezesam_train.sources.sa1b import Sa1bPhotos
from squeezesam_train.sources.shards import MOST_SHARDS, ShardPhotos, addresses
from squeezesam_train.sources.spec import SourceSpec

# webdataset hands addresses to a shell: no character of them may mean anything to it.
_ADDRESS = re.compile(r"(file:|[a-z][a-z0-9+.-]*://)?[\w./~%:@?=+,{}-]*", re.ASCII)


def open_sources(config: TrainConfig, allow_commands: bool = False) -> PhotoMixture:
    """Open and check every source of a configuration. Those of weight 0 are left alone.

    Args:
        config: may come from a stranger.
        allow_commands: run what a shard's address says in a shell (``pipe:…``); only the person at
            the command line may say so, not the configuration.

    Raises:
        DataError: a source is missing, empty, damaged or would run a command; the text names it.
    """
    specs = config.data
    if isinstance(specs, str):
        specs = (SourceSpec("folder", {"path": specs}),)
    specs = tuple(spec for spec in specs if spec.weight > 0)
    # As it will be opened: a brace may put a scheme together.
    opened = (url for spec in specs for pattern in spec.urls for url in addresses(pattern))
    for number, url in enumerate(opened, 1):
        if number > MOST_SHARDS:
            raise DataError(f"the sources have more than {MOST_SHARDS} shards")
        if not allow_commands and _runs_a_shell(url):
            raise DataError(
                f"the shard {url!r} would run a command; --allow-commands if you trust it"
            )
    sources = [open_source(spec, config) for spec in specs]
    return PhotoMixture(sources, [spec.weight for spec in specs], config.max_damaged)


def _runs_a_shell(url: str) -> bool:
    scheme, separator, _ = url.partition(":")
    remote = bool(separator) and "/" not in scheme and scheme != "file"
    return remote and (scheme.lower() == "pipe" or not _ADDRESS.fullmatch(url))


def open_source(spec: SourceSpec, config: TrainConfig) -> PhotoSource:
    """Open one source; ``config`` gives the weights of folders and the probability of merging."""
    options = spec.options
    if spec.kind == "coco":
        return CocoPhotos(Path(options["images"]), Path(options["annotations"]), config.merging)
    if spec.kind == "sa1b":
        return Sa1bPhotos(Path(options["path"]), config.merging)
    if spec.kind == "shards":
        cache = Path(options["cache"]) if "cache" in options else None
        return ShardPhotos(spec.urls, options.get("labels", "instance"), config.merging, cache)
    return open_folder(
        Path(options["path"]),
        options.get("split", "train"),
        config.source_weights,
        options.get("cache", "decoded"),
    )
