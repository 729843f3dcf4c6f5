"""A stand-in for xcrun, adb and the like: replays what the rules beside it say.

Installed under a tool's name by ``FakeTools``. NAME.rules holds a JSON list; the first rule whose
`when` words all stand in the command line is played. Only the standard library, and no import of
ours: the benchmark mode's lines (docs/benchmarks.md) are written here a second time.
"""

import json
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(sys.argv[0]))
NAME = os.path.basename(sys.argv[0])


def say(text, stream=None):
    stream = stream or sys.stdout
    stream.write(text)
    stream.flush()


def app_lines(rule, line):
    """What the app prints: `app` is its result, `style` what goes wrong with it."""
    # Here, because most calls are without an app and the imports take half of the start.
    import base64
    import hashlib

    run = re.search(r"(?:--run|--es run) ([A-Za-z0-9-]+)", line).group(1)
    style = rule.get("style", "whole")
    prefix = rule.get("prefix", "")
    document = json.dumps({**rule["app"], "run": "other" if style == "other-run" else run}).encode()
    text = base64.b64encode(document).decode()
    parts = [text[i : i + 480] for i in range(0, len(text), 480)]
    lines = [f"SSAM-BENCH {run} begin 1", f"SSAM-BENCH {run} progress 1 2 load"]
    for number, part in enumerate(parts, 1):
        lines.append(f"SSAM-BENCH {run} part {number} {len(parts)} {part}")
    end = f"SSAM-BENCH {run} end {len(parts)} {hashlib.sha256(document).hexdigest()}"
    if style == "cut-part":
        lines[2] = lines[2][:100]
    if style == "old-run-first":
        lines = [re.sub(rf" {run} ", " 00old00 ", x) for x in lines] + lines
    if style == "error":
        lines, end = lines[:1], f"SSAM-BENCH {run} error no-bundle There is no bundle called x."
    if style in ("unplugged", "crash", "silent"):
        return [prefix + x + "\n" for x in lines[:2]], document
    if style == "never":
        return [], document
    body = [prefix + x + "\n" for x in [*lines, end]]
    if rule.get("logcat"):  # there the first word is the log's tag, and logcat ends it with a colon
        body = [x.replace("SSAM-BENCH ", "SSAM-BENCH: ", 1) for x in body]
    if style == "cut-end":
        body[-1] = body[-1][:40]
    return body, document


def option(words, name):
    return words[words.index(name) + 1] if name in words else None


def play(rule, words, line):
    if rule.get("here"):  # what the phone's shell would do, done by this computer's
        os.execvp("sh", ["sh", "-c", words[-1]])
    say(rule.get("out", ""))
    if "app" in rule:
        body, document = app_lines(rule, line)
        if rule.get("keep"):  # what a later pull of the result file finds
            with open(os.path.join(HERE, "app-result"), "wb") as file:
                file.write(document)
        for text in body:
            say(text, sys.stderr if rule.get("on_stderr") else None)
            say(rule.get("noise", ""))
    answer = rule.get("answer")
    if answer is not None and option(words, "--json-output"):
        with open(option(words, "--json-output"), "w") as file:
            file.write(answer if isinstance(answer, str) else json.dumps(answer))
    if rule.get("gives_file"):
        target = option(words, "--destination") or words[rule["gives_file"]]
        source = os.path.join(HERE, "app-result")
        if not os.path.exists(source):
            return 1
        with open(source, "rb") as read, open(target, "wb") as written:
            written.write(read.read())
    if rule.get("prints_file"):
        with open(os.path.join(HERE, "app-result")) as read:
            say(read.read())
    say(rule.get("err", ""), sys.stderr)
    time.sleep(rule.get("sleep", 0))
    return rule.get("code", 0)


def main():
    words = sys.argv[1:]
    line = " ".join(words)
    with open(os.path.join(HERE, "calls"), "a") as calls:
        calls.write(json.dumps([NAME, *words]) + "\n")
    with open(os.path.join(HERE, NAME + ".rules")) as file:
        rules = json.load(file)
    for rule in rules:
        if all(word in line for word in rule["when"]):
            return play(rule, words, line)
    say(f"{NAME}: no rule for: {line}\n", sys.stderr)
    return 99


sys.exit(main())
