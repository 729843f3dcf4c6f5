"""`squeezesam segment`: photos in, results in a folder."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import OutputError, PhotoError, SqueezeSamError
from ..formats import FORMATS
from ..mask import Mask
from ..photo import find_photos
from ..removal import Finish
from ..render import account, encode
from ..segmenter import Segmenter, Session
from ..writing import check_free, check_no_photo, make_folder, places_of, write_whole
from .arguments_look import check_look, finish_of
from .interruptible import predict
from .talk import Progress, UsageError, complain, say, say_json


def segment(options: argparse.Namespace) -> int:
    """Segments every photo; 0 if all went well, 1 if any photo failed (the others are done)."""
    formats: list[str] = list(dict.fromkeys(options.format or ["mask"]))
    _check(options, formats)
    finish = finish_of(options)
    failed = False
    photos: list[str] = []
    for argument in options.photos:
        try:
            photos += _expand(argument)
        except PhotoError as error:
            complain(str(error))
            failed = True
    if not photos:
        return 1
    segmenter = Segmenter.load(options.bundle, engine=options.engine, threads=options.threads)
    remark = getattr(segmenter.engine, "remark", None)
    if remark:
        complain(remark)
    folder = make_folder(options.output)
    made: dict[Path, str] = {}
    places = places_of(photos)
    progress = Progress(len(photos))
    for photo in photos:
        try:
            targets = _targets(photo, folder, formats, made, options.overwrite)
            for target in targets.values():
                check_no_photo(target, places, "its result")
            named = photo in options.photos  # not found in a folder: it may be a pipe
            session = segmenter.open(photo, accept_damaged=options.accept_damaged, pipes=named)
            _prompt(session, options)
            mask = predict(session, options, options.candidate)
            del session  # the engine's memory for this photo, before the next one is opened
            for form, target in targets.items():
                _save(mask, form, target, finish, options.overwrite)
            made.update((target, photo) for target in targets.values())
            progress.clear()
            if mask.photo.damage:
                complain(f"warning: {photo}: {mask.photo.damage}; used as far as it goes")
            if options.json:
                say_json({**account(mask), "files": {f: str(t) for f, t in targets.items()}})
            else:
                for line in _account(photo, mask, targets.values(), options.timings):
                    say(line)
        except (SqueezeSamError, MemoryError) as error:
            progress.clear()
            sentence = _named(photo, str(error) or "not enough memory for it")
            complain(sentence)
            if options.json:
                say_json({"photo": photo, "error": sentence})
            failed = True
        progress.step()
    progress.clear()
    return 1 if failed else 0


def _check(options: argparse.Namespace, formats: list[str]) -> None:
    """Raises UsageError for words that do not go together, before anything is read or loaded."""
    check_look(options)
    look = {"--background": options.background, "--crop": options.crop, "--hard": options.hard}
    given = [word for word, value in look.items() if value]
    if given and "cutout" not in formats:
        raise UsageError(f"{given[0]} is for cut-outs; add --format cutout")


def _save(mask: Mask, form: str, target: Path, finish: Finish, overwrite: bool) -> None:
    if form == "cutout":
        write_whole(target, encode(finish.of(mask), target.suffix), overwrite=overwrite)
    else:
        mask.save(target, form, overwrite=overwrite)


def _expand(argument: str) -> list[str]:
    """The photos meant by one argument: itself, or those in the folder that it names."""
    path = Path(argument)
    try:
        if not path.is_dir():
            return [argument]
        found = [str(photo) for photo in find_photos(path)]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PhotoError(f"{argument}: cannot be read ({reason})") from None
    if not found:
        raise PhotoError(f"{argument}: there is no photo in this folder")
    return found


def _targets(
    photo: str, folder: Path, formats: list[str], made: dict[Path, str], overwrite: bool
) -> dict[str, Path]:
    """Where each format goes, checked before any work is done."""
    stem = Path(photo).stem
    targets: dict[str, Path] = {}
    for form in formats:
        ending = "result" if form == "json" else form
        target = folder / f"{stem}-{ending}{FORMATS[form].suffixes[0]}"
        if target in made:
            raise OutputError(
                f"its result would replace that of {made[target]} ({target}); rename one of them"
            )
        try:
            check_free(target, overwrite=overwrite)
        except OutputError as error:
            hint = "" if overwrite or os.path.isdir(target) else " (use --overwrite)"
            raise OutputError(f"{error}{hint}") from None
        targets[form] = target
    return targets


def _prompt(session: Session, options: argparse.Namespace) -> None:
    if options.random_clicks is not None:
        session.set_automatic("random", options.random_clicks)
    if options.box is not None:
        session.set_box(*options.box)
    for x, y in options.point:
        session.add_point(x, y)
    for x, y in options.negative:
        session.add_point(x, y, foreground=False)


def _named(photo: str, sentence: str) -> str:
    """Every complaint says which photo it is about."""
    return sentence if sentence.startswith(f"{photo}:") else f"{photo}: {sentence}"


def _account(photo: str, mask: Mask, targets: Iterable[Path], timings: bool) -> Iterator[str]:
    pixels = mask.photo.width * mask.photo.height
    count = len(mask.prompts)
    how = "automatic" if mask.automatic else f"{count} prompt{'s' if count > 1 else ''}"
    yield (
        f"{photo}: {mask.photo.width}×{mask.photo.height}, {how}, score {mask.score:.2f}, "
        f"object {100 * mask.area / pixels:.1f} % -> {', '.join(map(str, targets))}"
    )
    if timings:
        spent = {**mask.timings.stages(), **mask.timings.programs}
        stages = "  ".join(f"{stage} {value:.1f}" for stage, value in spent.items())
        yield f"  ms: {stages}"
