"""The key `data` of a configuration, and every kind of source behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sample_sets import write_coco, write_sa1b, write_shards
from squeezesam_train.config import ConfigError, TrainConfig
from squeezesam_train.config_file import load_config, parse_config
from squeezesam_train.dataset import SegmenterSamples
from squeezesam_train.opening import open_sources
from squeezesam_train.photos import DataError
from torch.utils.data import DataLoader

PHASES = [{"size": 64, "steps": 3, "batch": 2}]


def _config(data: object, **changes: object) -> TrainConfig:
    settings = {"task": "segmenter", "preset": "squeezesam-fast", "data": data, "phases": PHASES}
    return parse_config({**settings, **changes})


@pytest.fixture(scope="module")
def mixed(photo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """One source of every kind."""
    root = tmp_path_factory.mktemp("sources")
    images, annotations = write_coco(root / "coco")
    write_shards(root / "shards")
    return [
        {"kind": "folder", "path": str(photo_root), "cache": "encoded", "weight": 2},
        {"kind": "coco", "images": str(images), "annotations": str(annotations), "weight": 3},
        {"kind": "sa1b", "path": str(write_sa1b(root / "sa1b"))},
        {"kind": "shards", "urls": str(root / "shards" / "train-{000000..000001}.tar")},
    ]


def test_a_path_alone_is_a_folder_and_a_list_is_a_mixture(
    photo_root: Path, mixed: list[dict[str, object]]
) -> None:
    assert len(open_sources(_config(str(photo_root)))) == 3
    mixture = open_sources(_config(mixed))
    assert len(mixture) == 3 + 3 + 3 + 6
    rng = np.random.default_rng(0)
    names = [mixture.draw(rng).name for _ in range(140)]
    assert sum("/coco/" in n for n in names) == pytest.approx(60, abs=18)
    assert sum("/shards/" in n for n in names) == pytest.approx(20, abs=13)


def test_the_list_can_stand_in_a_file_or_an_override(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "task: segmenter\npreset: squeezesam\n"
        "data:\n  - {kind: shards, urls: 'train-{000000..000009}.tar', labels: person}\n"
        "phases:\n  - {size: 64, sizes: [64, 96], steps: 1, batch: 2}\n"
    )
    config = load_config(path, [])
    assert config.data[0].urls == ("train-{000000..000009}.tar",)
    assert config.phases[0].sizes == (64, 96)
    changed = load_config(path, ["data=[{kind: sa1b, path: there, weight: 2}]"])
    assert (changed.data[0].kind, changed.data[0].weight) == ("sa1b", 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (7, "must be a folder or a list"),
        ([], "must be a folder or a list"),
        (["here"], "a mapping with the key 'kind'"),
        ([{"kind": "voc", "path": "x"}], r"unknown kind 'voc' \(known: folder, coco"),
        ([{"kind": "coco", "images": "x"}], "needs the key 'annotations'"),
        ([{"kind": "sa1b", "path": "x", "cache": "y"}], "kind sa1b has no key 'cache'"),
        ([{"kind": "folder", "path": 3}], "'path' of kind folder must be text"),
        ([{"kind": "folder", "path": "x", "cache": "ram"}], "decoded, encoded, paths, not 'ram'"),
        ([{"kind": "shards", "urls": 3}], "'urls' must be a shard's path or a list"),
        ([{"kind": "shards", "urls": []}], "'urls' must be a shard's path or a list"),
        ([{"kind": "shards", "urls": "x", "labels": "cats"}], "'labels' must be one of instance"),
        ([{"kind": "sa1b", "path": "x", "weight": "much"}], "a weight must be a number"),
        ([{"kind": "sa1b", "path": "x", "weight": -1}], "a weight must be a number"),
        ([{"kind": "sa1b", "path": "x", "weight": 0}], "every source has the weight 0"),
    ],
)
def test_a_wrong_source_is_refused_before_anything_is_opened(data: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        _config(data)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"merging": 1.5}, "'merging' must lie between 0 and 1"),
        ({"max_damaged": -0.1}, "'max_damaged' must lie"),
        ({"strokes": 2}, "'strokes' must lie"),
        ({"phases": [{**PHASES[0], "sizes": [64, 100]}]}, "multiple of 32, not 100"),
        ({"phases": [{**PHASES[0], "sizes": 64}]}, "'sizes' must be of type list of int, not 64"),
        ({"phases": [{**PHASES[0], "sizes": ["64"]}]}, "'sizes' must be of type int, not '64'"),
    ],
)
def test_wrong_shares_and_sizes_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        _config("here", **changes)


def test_samples_of_every_kind_depend_on_seed_and_index_alone(
    mixed: list[dict[str, object]],
) -> None:
    for source in mixed:
        config = _config([source], merging=0.5)
        whole = SegmenterSamples(open_sources(config), config, 64, 0, 12)
        late = SegmenterSamples(open_sources(config), config, 64, 8, 4)
        for name, value in late[2].items():
            assert torch.equal(value, whole[10][name]), (source["kind"], name)


def test_a_loading_process_gives_the_samples_that_the_run_itself_would(
    mixed: list[dict[str, object]],
) -> None:
    config = _config(mixed)
    samples = SegmenterSamples(open_sources(config), config, 64, 0, 8)
    loaded = [list(DataLoader(samples, 2, num_workers=n)) for n in (0, 1)]
    for one, other in zip(*loaded, strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_data_without_a_usable_object_end_in_a_sentence_not_in_a_loop(photo_root: Path) -> None:
    config = _config(str(photo_root))
    photos = open_sources(config)
    decoded = photos.sources[0]._decoded
    for index, (rgb, labels) in enumerate(decoded):
        nearly_nothing = np.zeros_like(labels)
        nearly_nothing[0, 0] = 1
        decoded[index] = (rgb, nearly_nothing)
    with pytest.raises(DataError, match="1000 photos in a row had no usable object"):
        SegmenterSamples(photos, config, 64, 0, 2)[0]


@pytest.mark.parametrize(
    "url",
    [
        "{0..99999999}.tar",
        "{-99999999..0}",
        "{0..999}{0..999}",
        "{a,b{0..99999999}}",
        "{0..9",
        "}{",
        "{a..z}" * 5,
        "{A..z}" * 7,
        "${x}.tar",
    ],
)
def test_shards_that_are_too_many_or_cannot_be_counted_are_refused_at_once(url: str) -> None:
    with pytest.raises(DataError, match="more than 100000 or have braces that cannot be counted"):
        open_sources(_config([{"kind": "shards", "urls": [url]}]))


def test_shards_of_many_patterns_are_counted_together() -> None:
    with pytest.raises(DataError, match="more than 100000 shards"):
        open_sources(_config([{"kind": "shards", "urls": ["{00000..99999}.tar"] * 2_000}]))


@pytest.mark.parametrize(
    "url",
    [
        "pipe:touch victim",
        "PIPE:touch victim",
        "https://h/a'; touch victim; '.tar",
        "s3://a|b",
        "{pipe:touch victim,x}",
        "{x,pipe:touch victim}",
        "{pi,x}pe:touch victim",
        "p{i}pe:touch victim",
        "{pipe,x}:./touch",
        "pipe:./{0..3}",
    ],
)
def test_a_configuration_runs_no_command_unless_the_command_line_allows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    config = _config([{"kind": "shards", "urls": [url], "cache": "near"}])
    with pytest.raises(DataError, match="would run a command; --allow-commands"):
        open_sources(config)
    assert list(tmp_path.iterdir()) == []


def test_allowed_commands_fetch_shards(tmp_path: Path) -> None:
    (path,) = write_shards(tmp_path / "far", 1)
    source = {"kind": "shards", "urls": [f"pipe:cat {path}"], "cache": str(tmp_path / "near")}
    assert len(open_sources(_config([source]), allow_commands=True)) == 3
