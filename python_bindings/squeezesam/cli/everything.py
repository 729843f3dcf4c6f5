"""`squeezesam everything`: the masks of all objects of photos, as COCO run-length encoding."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from ..errors import OutputError, SqueezeSamError
from ..everything import Limits, Region, everything, own_limits
from ..segmenter import Segmenter, Session
from ..writing import check_free, check_no_photo, make_folder, places_of, write_whole
from .interruptible import interruptible
from .talk import Progress, complain, say


def find_everything(options: argparse.Namespace) -> int:
    """Writes a file for each photo; 1 if any failed (the others are done)."""
    segmenter = Segmenter.load(options.bundle, engine=options.engine, threads=options.threads)
    folder = make_folder(options.output)
    failed, made = False, set[Path]()
    places = places_of(options.photos)
    for photo in options.photos:
        target = folder / f"{Path(photo).stem}-everything.json"
        try:
            if target in made:
                raise OutputError(f"{photo}: {target} is another photo's; rename one of them")
            check_no_photo(target, places, "its result")
            check_free(target, overwrite=options.overwrite)
            start = time.perf_counter()
            session = segmenter.open(photo)
            regions = _found(session, options)
            seconds = time.perf_counter() - start
            content = json.dumps(account(session, regions), ensure_ascii=True) + "\n"
            write_whole(target, content.encode(), overwrite=options.overwrite)
            made.add(target)
            count = f"{len(regions)} object{'' if len(regions) == 1 else 's'}"
            say(f"{photo}: {session.width}×{session.height}, {count}, {seconds:.1f} s -> {target}")
        except SqueezeSamError as error:
            complain(str(error) if str(error).startswith(str(photo)) else f"{photo}: {error}")
            failed = True
    return 1 if failed else 0


def _found(session: Session, options: argparse.Namespace) -> list[Region]:
    own = own_limits(session.segmenter.bundle)
    limits = Limits(
        own.min_score if options.min_score is None else options.min_score,
        own.min_stability if options.min_stability is None else options.min_stability,
        options.max_overlap,
        options.min_area,
    )
    progress: list[Progress] = []

    def tick(done: int, total: int) -> None:
        if not progress:
            progress.append(Progress(total, "points"))
        progress[0].reach(done)

    def work() -> list[Region]:
        return everything(
            session,
            points_per_side=options.points,
            limits=limits,
            two_rounds=options.two_rounds,
            tick=tick,
        )

    try:
        return interruptible(work, session.cancel)
    finally:
        for bar in progress:
            bar.clear()


def account(session: Session, regions: list[Region]) -> dict[str, Any]:
    """The file's content, in the form of SA-1B's annotations."""
    return {
        "image": {
            "file_name": Path(session.photo.name).name,
            "width": session.width,
            "height": session.height,
        },
        "bundle": session.segmenter.bundle.name,
        "annotations": [
            {
                "id": number,
                "segmentation": region.rle,
                "bbox": list(region.bounds),
                "area": region.area,
                "predicted_iou": round(region.score, 5),
                "stability_score": round(region.stability, 5),
                "point_coords": [[round(one, 2) for one in region.prompt]],
            }
            for number, region in enumerate(regions, 1)
        ],
    }
