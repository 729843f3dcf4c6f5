"""A program lowered for a request: from the cache where it is there, else made anew and kept."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from squeezesam_export.cache.key import lowering_key
from squeezesam_export.cache.store import LoweringCache
from squeezesam_export.program import LoweredProgram, SourceProgram
from squeezesam_export.request import ExportRequest
from squeezesam_export.targets import calling
from squeezesam_export.targets.registry import find_target


def lowered(source: SourceProgram, request: ExportRequest, folder: Path) -> LoweredProgram:
    """Lower ``source`` into ``folder`` as ``request`` asks for it.

    Raises:
        ExportError: the target failed, or gave something that is no program.
    """
    target, how = find_target(request.target), request.lowering(source.name)
    if request.cache is None:
        return calling.lower(target, source, how, folder)
    key, cache = lowering_key(source, target, how), LoweringCache(request.cache)
    found = cache.fetch(key, folder)
    if found is None:
        made = calling.lower(target, source, how, folder)
        cache.store(key, made)
        return made
    path, facts = found
    run = calling.execute(target, path, how.backend, source)
    return LoweredProgram(path, run, **asdict(facts))
