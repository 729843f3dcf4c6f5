"""Training configurations: what is refused, what ships, what the documentation says."""

from __future__ import annotations

import dataclasses
import json
import re
import tracemalloc
from pathlib import Path

import pytest
from squeezesam_model import saliency_preset, segmenter_preset
from squeezesam_train.config import ConfigError, Phase, TrainConfig
from squeezesam_train.config_file import load_config, parse_config
from squeezesam_train.config_page import main as config_page
from squeezesam_train.config_page import updated
from tiny_runs import settings

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "training" / "configs").glob("*.yaml"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "dance"}, "task must be"),
        ({"phases": []}, "'phases' must be a list"),
        ({"phases": [{"size": 100, "steps": 1, "batch": 2}]}, "multiple of 32"),
        ({"phases": [{"size": 64, "steps": 1, "batch": 1}]}, "batch of 2"),
        ({"learning": 3}, "unknown key 'learning'"),
        ({"warmup": "soon"}, "'warmup' must be of type int"),
        ({"device": "tpu"}, "device must be auto, cpu or cuda, not 'tpu'"),
        ({"accumulate": 0}, "accumulate must be at least 1"),
        ({"phases": [{"size": "big", "steps": 1, "batch": 2}]}, "'size' must be of type int"),
        ({"phases": [{"size": 64, "steps": 1, "batch": 2, "lr": 1}]}, "unknown key 'lr'"),
        ({"phases": [{"size": 64, "batch": 2}]}, "either steps or epochs"),
        ({"phases": [{"size": 64, "batch": 2, "steps": 1, "epochs": 1}]}, "either steps or epochs"),
        ({"masks_per_photo": 8}, "masks_per_photo is for the segmenter"),
        ({"single": 1.2}, "'single' must lie between 0 and 1, not 1.2"),
        ({"boxes": 0.8, "automatic": 0.2}, "boxes, automatic and strokes leave less"),
        ({"task": "segmenter", "masks_per_photo": 8}, "must be a multiple of masks_per_photo"),
    ],
)
def test_a_wrong_configuration_names_the_key(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config({**settings(Path("nowhere")), **change})


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_configuration_is_accepted_and_names_a_known_preset(path: Path) -> None:
    config = load_config(path, ["data=photos"])
    find = segmenter_preset if config.task == "segmenter" else saliency_preset
    find(config.preset)
    assert config.resolved(photos=1000).total_steps > 0


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_where_the_photos_lie_is_given_or_clearly_missing(path: Path) -> None:
    if "sa1b" in path.read_text(encoding="utf-8"):
        assert load_config(path, []).data
        return
    with pytest.raises(ConfigError, match="give data=FOLDER"):
        load_config(path, [])


def test_the_papers_recipe_is_the_papers() -> None:
    config = load_config(ROOT / "training" / "configs" / "segmenter_paper.yaml", [])
    (phase,) = config.phases
    assert (config.optimiser, config.lr, config.final_lr) == ("adamw", 5e-4, 0)
    assert (config.focal, config.dice, config.bce) == (20, 1, 0)
    assert (phase.size, phase.epochs, phase.all_masks, phase.iou) == (1024, 10, 0, 1)
    assert (config.masks_per_photo, config.crop) == (8, 0.5)
    # 32 GPUs make the batch of 256; SA-1B has 11,185,362 photos of which 8 masks are taken.
    steps = config.resolved(photos=11_185_362, processes=32).total_steps
    assert steps == pytest.approx(10 * 11_185_362 * 8 / 256, abs=1)


def test_epochs_become_steps_alike_for_every_way_to_the_same_batch() -> None:
    counts = set()
    for batch, accumulate, processes in ((8, 1, 1), (4, 2, 1), (2, 2, 2), (2, 1, 4)):
        phases = [
            {"size": 64, "epochs": 1.5, "batch": batch},
            {"size": 96, "steps": 7, "batch": batch},
        ]
        config = parse_config(settings(Path(), phases=phases, accumulate=accumulate))
        found = config.resolved(photos=101, processes=processes)
        counts.add(tuple(phase.steps for phase in found.phases))
        assert found.first_sample(found.total_steps) * processes == 8 * found.total_steps
    assert counts == {(19, 7)}


def test_the_training_page_has_every_key_with_its_default_and_meaning() -> None:
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    assert updated(page) == page, "run python -m squeezesam_train.config_page docs/training.md"
    for kind in (TrainConfig, Phase):
        for name in (f.name for f in dataclasses.fields(kind)):
            (row,) = re.findall(rf"^\| `{name}` \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
            assert len(row) > 10, name
    assert re.search(r"^\| `clip` \| `5.0` \| largest gradient norm. \|$", page, re.MULTILINE)


def test_writing_the_keys_into_a_page_without_marks_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Training")
    assert config_page([str(page)]) == 1
    assert "keys: begin" in capsys.readouterr().err
    assert page.read_text() == "# Training"


def _nested(form: str) -> str:
    """A value of 400 bytes, in YAML's flow form, that holds itself nine times on nine levels."""
    value = "1"
    for level in range(9):
        value = "[" + ", ".join([f"&{'abcdefghi'[level]} {value}", *[f"*{'abcdefghi'[level]}"] * 8])
        value += "]"
    return form.format(value)


_KEYS = ("data", "lr", "source_weights", "masks_per_photo", "resume", "task", "surprise")
_TAGS = ("!!bool foo", "!!int ''", "!!int '+'", "!!float ''", "!!timestamp x")
_NONSENSE = {
    **{f"nested in {key}": f"{key}: {_nested('{}')}" for key in _KEYS},
    "nested in a mapping": f"data: {_nested('{{kind: {}}}')}",
    "nested in a kind": f"data: [{_nested('{{kind: {}}}')}]",
    "nested in a path": f"data: [{_nested('{{kind: folder, path: {}}}')}]",
    "nested in a weight": f"data: [{_nested('{{kind: folder, path: x, weight: {}}}')}]",
    "nested in a phase": f"phases: [{_nested('{{size: {}, batch: 2}}')}]",
    "keys of two kinds": "1: 2\nfoo: 3\nnull: 4",
    "keys of two kinds in a phase": "phases: [{1: 2, foo: 3, null: 4}]",
    "a float of 400 digits": f"lr: {'9' * 400}",
    "a weight of 400 digits": f"source_weights: {{a: {'9' * 400}}}",
    "a number of 5,000 digits": f"lr: {'9' * 5000}",
    "a hexadecimal number of 5,000 digits": f"task: 0x{'f' * 5000}",
    "a day that never was": "task: 2001-99-99",
    **{f"a tag that its value belies: {tag}": f"surprise: {tag}" for tag in _TAGS},
    "a tag of 5,000 letters": f"surprise: !{'a' * 5_000} 1",
    "a word of 5,000 letters for a truth": f"surprise: !!bool {'a' * 5_000}",
    **{
        f"{key} of 6,000 hexadecimal digits": f"{key}: {sign}0x{'f' * 6000}"
        for key in ("save_every", "accumulate", "log_every", "masks_per_photo", "seed", "threads")
        for sign in ("", "-")
    },
    **{
        f"a phase's {key} is {sign} 6,000 hexadecimal digits":
            f"phases: [{{size: 64, batch: 4, steps: 1, {key}: {sign}0x{'f' * 6000}}}]"
        for key in ("size", "batch", "steps", "epochs", "sizes")
        for sign in ("", "-", "[")
    },
    "many sizes": "phases: [{size: 64, batch: 4, steps: 1, sizes: [" + "32," * 4_000 + "]}]",
    "many phases": "phases: [&p {size: 64, batch: 4, steps: 1}" + ",*p" * 4_000 + "]",
    "many small merges": "a: &a {" + ", ".join(f"k{i}: 1" for i in range(950)) + "}\nb: ["
        + ", ".join(["{<<: *a}"] * 900) + "]",
    "more than any needs": "surprise: [" + "1," * 40_000 + "]",
    "merges of merges": "a0: &a0 {" + ", ".join(f"k{i}: 1" for i in range(9)) + "}\n" + "\n".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 10)
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [b"steps: " + b"[" * 20_000, b"task: \xff\xfe", b"\x00", *map(str.encode, _NONSENSE.values())],
    ids=["deep", "not UTF-8", "NUL", *_NONSENSE],
)
def test_a_stranger_s_file_is_one_short_sentence_at_once(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.yaml"
    sound = [f"{key}: {json.dumps(value)}".encode() for key, value in settings(Path()).items()
             if not re.search(rf"^{key}:".encode(), content, re.MULTILINE)]  # fmt: skip
    path.write_bytes(b"\n".join([content, *sound]))
    with pytest.raises(ConfigError) as caught:
        load_config(path, [])
    assert len(str(caught.value)) < 2_000


def test_what_would_be_merged_is_counted_before_it_is(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    keys = ", ".join(f"k{number}: 1" for number in range(900))
    path.write_text(f"a: &a {{{keys}}}\nb: {{<<: [{', '.join(['*a'] * 6_000)}]}}\n")
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError, match="too many merged keys"):
            load_config(path, [])
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("tag", _TAGS)
def test_a_tag_that_an_override_s_value_belies_is_a_sentence(tag: str) -> None:
    path = ROOT / "training" / "configs" / "segmenter_paper.yaml"
    with pytest.raises(ConfigError, match="is not valid YAML"):
        load_config(path, [f"lr={tag}"])


def test_a_mapping_without_merges_has_any_number_of_keys(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    weights = {**settings(tmp_path), "source_weights": {f"s{n}": 1.0 for n in range(1_500)}}
    path.write_text(json.dumps(weights))
    assert len(load_config(path, []).source_weights) == 1_500
