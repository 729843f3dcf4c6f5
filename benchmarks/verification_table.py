"""How far each artefact is verified: docs/verification.md and the README's line, from data.

    python benchmarks/verification_table.py           # renew both pages
    python benchmarks/verification_table.py --check   # exit code 1 if a page says something else

The data is docs/verification.json: for each artefact and platform what was compiled or converted,
executed on a host, executed on a device; by which command, by whom and when. Only what a command
proved is entered; the rest stays null and reads *not yet*. What runs programs of a target names
it, and where it was executed the runtime that did it: the page lists them target by target, with
what docs/export_parity/parity.json measured.

Exit codes: 0 the pages are as they should be; 1 a page differs (--check), or the README has no
place for the line; 2 the data is not sound.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from results.markdown import between_marks, table
from results.result import write_text

MARKS = (
    "<!-- verification: begin (python benchmarks/verification_table.py) -->",
    "<!-- verification: end -->",
)
LEVELS = {
    "compiled": "compiled or converted",
    "host": "executed on a host",
    "device": "executed on a device",
}
LEVELS_RUN = ("host", "device")
_PROOF = {"command", "by", "when"}
_MAY = _PROOF | {"note", "on", "runtime"}
# In the order of the README.
TARGETS = {"onnx": "ONNX", "executorch": "ExecuTorch", "coreml": "Core ML", "coreai": "Core AI"}


class VerificationError(ValueError):
    """The data is not sound; the message names the entry and what is wrong."""


def read_entries(path: Path) -> list[dict[str, Any]]:
    """The entries of the data file.

    Raises:
        VerificationError: it is not there, not JSON, or an entry is not sound.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["entries"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VerificationError(f"{path} cannot be read: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise VerificationError(f"{path} has no entries")
    for entry in entries:
        _check_entry(entry)
    names = [(entry["artefact"], entry["platform"]) for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise VerificationError(f"{' on '.join(name)} is entered twice")
    return entries


def _check_entry(entry: Any) -> None:
    wanted = {"artefact", "platform", *LEVELS}
    if not isinstance(entry, dict) or set(entry) - {"targets"} != wanted:
        raise VerificationError(
            f"an entry needs exactly {', '.join(sorted(wanted))}: {entry!r:.80}"
        )
    name = f"{entry['artefact']} on {entry['platform']}"
    for level in LEVELS:
        _check_level(entry[level], f"{name}, {level}")
    if _is_proof(entry["host"]) and entry["compiled"] is None:
        raise VerificationError(f"{name} was executed without being compiled")
    targets = entry.get("targets", ["onnx"])
    if not isinstance(targets, list) or not targets or not set(targets) <= set(TARGETS):
        raise VerificationError(f"{name}: targets are some of {', '.join(TARGETS)}")
    if "targets" in entry and _is_proof(entry["host"]) and "runtime" not in entry["host"]:
        raise VerificationError(f"{name}: say with `runtime` what executed it on the host")
    if _is_proof(entry["device"]) and not entry["device"].get("on"):
        raise VerificationError(f"{name}: say with `on` which device executed it")


def _check_level(level: Any, place: str) -> None:
    if level is None or (isinstance(level, str) and level.strip()):
        return
    if not isinstance(level, dict) or not _PROOF <= set(level) <= _MAY:
        raise VerificationError(
            f"{place} must be null, a reason, or {', '.join(sorted(_PROOF))} (and note, on)"
        )
    if not all(isinstance(value, str) and value.strip() for value in level.values()):
        raise VerificationError(f"{place} has an empty field")
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", level["when"]):
        raise VerificationError(f"{place}: {level['when']!r} is no date (YYYY-MM-DD)")


def _is_proof(level: Any) -> bool:
    return isinstance(level, dict)


def readme_block(entries: list[dict[str, Any]]) -> str:
    """The README's line: how many were executed where, and the way to the table."""
    host, device = (sum(_is_proof(entry[level]) for entry in entries) for level in LEVELS_RUN)
    on_device = f"{device} of them on a device" if device else "none of them yet on a phone"
    return (
        f"Of {len(entries)} artefacts {host} were executed on a host, {on_device}: "
        "[what, where, by which command](docs/verification.md)."
    )


def page(entries: list[dict[str, Any]]) -> str:
    """docs/verification.md: each entry with the commands that proved it."""
    head = ["artefact", "platform", *LEVELS.values()]
    rows = [
        [entry["artefact"], entry["platform"], *(_long(entry[level], level) for level in LEVELS)]
        for entry in entries
    ]
    return (
        "# What has been verified, and by which command\n\n"
        "Written by `python benchmarks/verification_table.py` from "
        "[verification.json](verification.json); change that file.\n\n" + table(head, rows) + "\n"
    )


def target_section(entries: list[dict[str, Any]], parity: dict[str, Any] | None) -> str:
    """Target by target what executed what, and what the gate measured there.

    Args:
        entries: of the data file.
        parity: docs/export_parity/parity.json; None where it is not there.
    """
    rows = []
    for target, title in TARGETS.items():
        own = [e for e in (parity or {}).get("entries", []) if e.get("target") == target]
        rows += _gate_rows(title, [e["parity"] for e in own if "parity" in e])
        for entry in entries:
            if target in entry.get("targets", []):
                host = entry["host"]
                by = host["runtime"] if _is_proof(host) else "*nothing yet*"
                with_ = f"`{host['command']}`, {host['when']}" if _is_proof(host) else "–"
                rows.append([title, f"{entry['artefact']} ({entry['platform']})", by, with_])
    head = ["target", "what was executed", "by", "with"]
    return "\n## Target by target: what executed what\n\n" + table(head, rows) + "\n"


def _gate_rows(title: str, found: list[dict[str, Any]]) -> list[list[str]]:
    """One row for each runtime that the gate of the exporter used."""
    rows = []
    for engine in dict.fromkeys(one["engine"] for one in found):
        means = [one["mask_iou"]["mean"] for one in found if one["engine"] == engine]
        what = (
            f"bundles as saved, {len(means)} modes, {found[0]['photos']} views each: mean mask "
            f"IoU to fp32 {min(means):.4f} to {max(means):.4f}"
        )
        rows.append([title, what, engine, "[export_parity.md](export_parity.md)"])
    return rows


def arm64_section(facts: dict[str, Any]) -> str:
    """What benchmarks/arm64_parity.py measured: masks on arm64 against those of x86-64."""
    rows = [
        [
            row["bundle"],
            row["engine"],
            row["processor"],
            f"{row['mean']:.4f}",
            f"{row['least']:.4f}",
        ]
        for row in facts["rows"]
    ]
    return (
        "\n## arm64 beside x86-64\n\n"
        f"`{facts['command']}`, {facts['when']}: the command `ssam` and both engines' own arm64 "
        "libraries under qemu, on emulated processors without int8 dot products (cortex-a53), with "
        "them (cortex-a76) and with int8 matrix products (max). Automatic masks of "
        f"{len(facts['photos'])} photos ({', '.join(facts['photos'])}), their IoU with the masks "
        f"of x86-64; the floor of the mean is {facts['floor']}, that of an int8 export.\n\n"
        + table(["bundle", "engine", "processor", "mean IoU", "least IoU"], rows)
        + "\n"
    )


def _not_yet(level: str) -> str:
    return "*not yet run on a device*" if level == "device" else "not yet"


def _short(value: Any, level: str) -> str:
    if value is None:
        return _not_yet(level)
    if isinstance(value, str):
        return f"– ({value})"
    words = [value["by"], value["when"], *([value["on"]] if "on" in value else [])]
    note = f"; {value['note']}" if "note" in value else ""
    return f"yes ({', '.join(words)}{note})"


def _long(value: Any, level: str) -> str:
    if not _is_proof(value):
        return _short(value, level)
    return f"`{value['command']}`: " + _short(value, level)


def pages(root: Path) -> dict[Path, str]:
    """The text that each page should have; without the README's marks that page stays as it is.

    Raises:
        VerificationError: the data is not sound.
    """
    source = root / "docs" / "verification.json"
    entries = read_entries(source)
    facts = json.loads(source.read_text(encoding="utf-8")).get("arm64")
    measured = root / "docs" / "export_parity" / "parity.json"
    parity = json.loads(measured.read_text(encoding="utf-8")) if measured.is_file() else None
    text_by_target = target_section(entries, parity) if parity or _name_targets(entries) else ""
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    written = page(entries) + text_by_target + (arm64_section(facts) if facts else "")
    return {
        root / "docs" / "verification.md": written,
        readme: between_marks(text, readme_block(entries), MARKS),
    }


def _name_targets(entries: list[dict[str, Any]]) -> bool:
    return any("targets" in entry for entry in entries)


def lacks_marks(root: Path) -> bool:
    """Whether the README has no place for the line."""
    text = (root / "README.md").read_text(encoding="utf-8")
    return not all(mark in text for mark in MARKS)


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="the sources")
    options = parser.parse_args(argv)
    try:
        wanted = pages(options.root)
        unmarked = lacks_marks(options.root)
    except (VerificationError, OSError) as error:
        print(f"verification_table: {error}", file=sys.stderr)
        return 2
    if unmarked:
        print(f"verification_table: README.md lacks the marks {MARKS[0]} and {MARKS[1]}",
              file=sys.stderr)  # fmt: skip
    stale = [path for path, text in wanted.items() if not _has(path, text)]
    for path in stale:
        if options.check:
            print(
                f"verification_table: {path} is not what docs/verification.json says; run "
                "`python benchmarks/verification_table.py`",
                file=sys.stderr,
            )
        else:
            write_text(path, wanted[path])
            print(f"written: {path}")
    return 1 if unmarked or (options.check and stale) else 0


def _has(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
