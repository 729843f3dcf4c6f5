"""`python -m checks.snippets LANGUAGE PAGE...`: the examples of pages, as a source to compile.

LANGUAGE is swift, kotlin, typescript or python: what stands between a page's ``` marks of that
language, to stdout, page after page. A page whose example is a part of somebody's function, with
names that nobody has said, gets that function round it.

Exit codes: 0 done; 1 a page cannot be read or has no example; 2 the command line makes no sense.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MARKS = {"swift": "swift", "kotlin": "kotlin", "typescript": "ts", "python": "python"}
# Before and behind each example of a page.
SURROUNDINGS = {
    ("README.md", "swift"): [
        (
            "import UIKit\n"
            "func readme(bundle: URL, image: UIImage) async throws -> (Mask, CGImage) {",
            "return (first, cutout)\n}",
        )
    ],
    ("README.md", "kotlin"): [
        (
            "suspend fun readme(bundle: String, bitmap: Bitmap): Pair<Mask, Bitmap> {",
            "return Pair(first, cutout)\n}",
        )
    ],
    ("docs/web.md", "typescript"): [
        (
            "export async function page(file: File, context: CanvasRenderingContext2D, x: number,\n"
            "    y: number, x0: number, y0: number, x1: number, y1: number): Promise<void> {",
            "}",
        ),
        (
            "export async function part(manifestText: string, engine: Engine) {",
            "return segmenter;\n}",
        ),
    ],
    ("runtime/web/README.md", "typescript"): [
        (
            "export async function embedded(file: File) {",
            "return [first, mask, data, width, height];\n}",
        )
    ],
}


class NoExampleError(Exception):
    """The text says of which page."""


def examples(page: str, language: str) -> list[str]:
    """The examples of a page's text, without the marks."""
    found: list[list[str]] = []
    inside = False
    for line in page.splitlines():
        if line == "```" + MARKS[language] and not inside:
            found.append([])
            inside = True
        elif line == "```":
            inside = False
        elif inside:
            found[-1].append(line)
    return ["\n".join(lines) for lines in found]


def _imports_first(example: str, before: str, behind: str) -> str:
    """The example in its function, what it imports above of it."""
    lines = example.splitlines()
    imports = [line for line in lines if line.startswith("import ")]
    rest = [line for line in lines if line not in imports]
    return "\n".join([*imports, before, *rest, behind])


def sources(paths: list[Path], language: str) -> Iterator[str]:
    """Each example of the pages as it can be compiled (NoExampleError: a page has none)."""
    for path in paths:
        found = examples(path.read_text(encoding="utf-8"), language)
        if not found:
            raise NoExampleError(f"{path}: no example in {language}")
        name = path.resolve().relative_to(ROOT).as_posix()
        around = SURROUNDINGS.get((name, language))
        if around is None:
            yield from found
            continue
        for example, (before, behind) in zip(found, around, strict=True):
            yield _imports_first(example, before, behind)


def main(arguments: list[str]) -> int:
    """Write them; returns the exit code."""
    if len(arguments) < 2 or arguments[0] not in MARKS:
        print(f"snippets: usage: python -m checks.snippets {'|'.join(MARKS)} PAGE...",
              file=sys.stderr)  # fmt: skip
        return 2
    try:
        print("\n".join(sources([Path(name) for name in arguments[1:]], arguments[0])))
    except (OSError, NoExampleError) as error:
        print(f"snippets: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
