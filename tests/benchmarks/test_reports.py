"""The pages that the benchmarks write: complete, and nothing else touched."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import host_latency
import pytest
import report
from host import gemm_peak, host_report, host_rows
from measure.machine import describe, load_average
from results.schema_check import check_result

TIMES = {
    "cold": 200.0,
    "warm": 100.0,
    "first": 90.0,
    "programs": ["heat", "segment"],
    "prompt_programs": ["segment"],
    "automatic": {stage: [5.0, 6.0, 7.0] for stage in ("open", "heat", "segment", "total")},
    "tap": {"heat": [0.0] * 3, "segment": [48.0, 50.0, 52.0], "total": [49.0, 51.0, 53.0]},
}


def rows_of(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[dict[str, Any]], float]:
    """The rows of a worker whose int8 is twice as fast as its fp32."""
    slow = copy.deepcopy(TIMES)
    slow["tap"]["segment"] = [96.0, 100.0, 104.0]  # type: ignore[index]
    fp32 = bundle.with_name(bundle.name.replace("int8", "fp32"))
    fp32.mkdir()
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest |= {"precision": "fp32", "name": fp32.name}
    (fp32 / "manifest.json").write_text(json.dumps(manifest))
    report = {fp32.name: slow, bundle.name: TIMES}
    monkeypatch.setattr(host_rows, "worker", lambda *words: report)
    return host_rows.python_rows(fp32, bundle, 1, 3, 1, Path("photo.png"))


@pytest.fixture
def host(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    rows, ratio = rows_of(bundle, monkeypatch)
    host_rows.add_gemm_share(rows, {"1": 100.0}, 2_500_000_000)
    for row in rows:
        row["peak_memory_mib"] = 200.0
    core = dict.fromkeys(("open", "clicks", "prompts", "mask", "full"), 3.25)
    described = describe(["host_latency.py"])
    described["machine"]["gemm_gflops"] = {"1": 100.0}
    result = {
        "schema": 2,
        "platform": "host",
        "run": "1",
        **described,
        "photo": {"name": "photo.png", "width": 1024, "height": 768},
        "settings": {"runs": 3, "warmup": 1},
        "thermal": {"before": "unknown", "after": "unknown"},
        "battery": None,
        "rows": rows,
        "extra": {
            "load_average": 0.1,
            "int8_speed_up": [{"engine": "executorch", "threads": 1, "ratio": ratio}],
            "core_12mp": {**core, "network": 50.0, "core_total": 16.25},
            "memory_12mp_mib": {"executorch": 250.0},
        },
    }
    check_result(result)
    return result


@pytest.fixture
def folder(tmp_path: Path, host: dict[str, Any]) -> Path:
    path = tmp_path / "docs" / "performance"
    path.mkdir(parents=True)
    (path / "host.json").write_text(json.dumps(host))
    return path


def test_the_page_shows_every_measured_figure_with_its_origin(
    folder: Path, host: dict[str, Any]
) -> None:
    report.write_reports(folder)
    page = (folder.parent / "performance.md").read_text()
    for figure in (
        "| executorch | 1 | 100 | 50 | 2.00× | 51 | 6 | 90 |",
        "| executorch | int8 | 1 | 200 | 100 | 51.0 | 53.0 | 53.0 |",
        # 5·10⁹ operations in 100 ms are 50 GFLOP/s, in 50 ms 100
        "| executorch | 1 | 100 | 50% | 100% |",
        "16.2 ms",
        "| 200 | 250 |",
    ):
        assert figure in page
    assert host["date"] in page
    assert host["command"] in page
    assert "The machine was busy" not in page


def test_a_busy_machine_is_told(folder: Path, host: dict[str, Any]) -> None:
    host["extra"]["load_average"] = host["machine"]["cores"] * 2.0
    (folder / "host.json").write_text(json.dumps(host))
    report.write_reports(folder)
    page = folder.parent / "performance.md"
    assert "**The machine was busy**" in page.read_text()
    # What the process itself got says more: the load average may be of work that has ended.
    for share, told in ((0.6, "others took 40% of a core"), (0.99, None)):
        host["extra"]["core_share"] = share
        (folder / "host.json").write_text(json.dumps(host))
        report.write_reports(folder)
        assert ("**The machine was busy**" in page.read_text()) == (told is not None)
        assert told is None or told in page.read_text()


def test_without_a_device_result_the_page_and_the_readme_say_so(
    tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "README.md").write_text(f"{report.BEGIN}\n{report.END}\n")
    report.write_reports(folder)
    page = (tmp_path / "docs" / "performance.md").read_text()
    assert page.count("*Not yet run on a device.*") == 2
    readme = (tmp_path / "README.md").read_text()
    assert "iPhone and Android phone: *not yet run on a device*" in readme


def test_a_device_result_is_shown_in_page_and_readme(
    tmp_path: Path, folder: Path, result: dict[str, Any]
) -> None:
    (folder / "iphone.json").write_text(json.dumps(result))
    (tmp_path / "README.md").write_text(f"{report.BEGIN}\n{report.END}\n")
    report.write_reports(folder)
    row = (
        "| squeezesam-coreml-fp16-512x512 | coreml | cpuAndNeuralEngine, app | 1800 | 120 | 20.0 "
        "| 24.2 | 22.0 | 30.0 | 31.5 | 140 |"
    )
    readme = (tmp_path / "README.md").read_text()
    assert "| squeezesam-coreml-fp16-512x512 | coreml | " in readme
    assert "Android phone: *not yet run on a device*" in readme
    page = (tmp_path / "docs" / "performance.md").read_text()
    assert row in page
    for text in (readme, page):
        assert "6 cores of iPhone 14 Pro, iOS 18.4.1" in text
    assert "thermal state nominal before and fair after" in page
    assert page.count("*Not yet run on a device.*") == 1


def test_the_readme_changes_between_its_marks_only(tmp_path: Path, folder: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.BEGIN}\nold figures\n{report.END}\nafter\n")
    report.write_reports(folder)
    first = readme.read_text()
    assert first.startswith(f"before\n{report.BEGIN}\n")
    assert first.endswith(f"{report.END}\nafter\n")
    assert "old figures" not in first
    assert "| engine, one thread |" in first
    report.write_reports(folder)
    assert readme.read_text() == first


def test_the_machine_description_names_commit_cores_and_tools() -> None:
    facts = describe(["x.py", "--flag"])
    assert facts["command"] == "python x.py --flag"
    assert facts["machine"]["cores"] >= 1
    assert facts["tools"]["numpy"]
    assert facts["commit"]
    load = load_average()
    assert load is None or load >= 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--runs", "0"], "--runs"),
        (["--threads", "0"], "--threads"),
        (["--compare", "none.json"], "cannot read none.json"),
    ],
)
def test_senseless_arguments_end_in_exit_code_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert host_latency.main(words) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cores", "counts"), [(1, [1]), (2, [1, 2]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])]
)
def test_threads_go_from_one_to_all_cores(cores: int, counts: list[int]) -> None:
    assert host_latency.thread_counts(cores) == counts


def test_the_native_command_is_measured_cold_warm_and_tapped(tmp_path: Path, bundle: Path) -> None:
    names = ("open", "clicks", "prompts", "mask", "total", "render")
    program = tmp_path / "ssam"
    program.write_text(
        "#!/bin/sh\n"
        f'echo "$*" >> {tmp_path}/calls\n'
        'echo \'{"engine": "onnxruntime", "photo": "p.png", "width": 8, "height": 6, "runs": 4, '
        '"once_ms": {"load": 30.5}, "peak_rss_kib": 20480, "stages_ms": {'
        + ", ".join(f'"{name}": {{"p50": 1, "p90": 2, "p99": 3}}' for name in names)
        + '}, "programs_ms": {"heat": {"p50": 0, "p90": 0, "p99": 0}, '
        '"segment": {"p50": 1, "p90": 2, "p99": 3}}}\'\n'
    )
    program.chmod(0o755)
    row = host_rows.native_row(program, bundle, 2, 4, tmp_path / "p.png")
    assert row["runner"] == "ssam"
    assert row["load_ms"] == {"cold": 30.5, "warm": 30.5}
    assert row["peak_memory_mib"] == 20.0
    assert row["tap_ms"] == {"count": 4, "p50": 1.0, "p90": 2.0, "p99": 3.0}
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [call.split("--bench ")[1] for call in calls] == [
        "1 --threads 2",
        "4 --threads 2",
        "4 --threads 2 --point 32,32",
    ]


def test_a_worker_that_fails_is_quoted(tmp_path: Path, bundle: Path) -> None:
    program = tmp_path / "ssam"
    program.write_text("#!/bin/sh\necho 'ssam: no such photo' >&2; exit 1\n")
    program.chmod(0o755)
    with pytest.raises(host_rows.WorkerError, match="ssam failed: ssam: no such photo"):
        host_rows.native_row(program, bundle, 1, 1, tmp_path / "p.png")


def test_the_matrix_product_is_measured_per_thread_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemm_peak, "SIZE", 64)
    monkeypatch.setattr(gemm_peak, "ROUNDS", 2)
    assert 0.01 < gemm_peak.peak_here() < 100_000


def test_the_model_card_gets_a_row_per_network_and_size(tmp_path: Path, folder: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    record = {"iou": 0.5, "best_iou": 0.625, "samples_per_s": 30}
    steps = [(50, 64), (100, 64), (150, 96)]
    lines = [json.dumps({"step": step, "size": size, **record}) for step, size in steps]
    (weights / "net.log.jsonl").write_text("\n".join(lines) + "\n")
    card = weights / "MODEL_CARD.md"
    card.write_text("\n".join(["before", *report.TRAINING, "after"]))
    report.write_reports(folder)
    text = card.read_text()
    assert "| net | 64 | 100 | 30 | 0.500 | 0.625 |" in text
    assert "| net | 96 | 50 | 30 | 0.500 | 0.625 |" in text
    assert text.startswith("before\n")
    assert text.endswith("\nafter")


def test_the_committed_results_fit_the_schema() -> None:
    folder = Path(__file__).parents[2] / "docs" / "performance"
    names = [name for name in ("host", "iphone", "android") if (folder / f"{name}.json").exists()]
    assert "host" in names
    for name in names:
        check_result(json.loads((folder / f"{name}.json").read_text()))
    assert host_report.pairs(json.loads((folder / "host.json").read_text()))
