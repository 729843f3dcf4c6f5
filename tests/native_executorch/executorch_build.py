"""What `make ssam-executorch` built, and how a fixture runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from command_line import Typed

BUILD = Path(__file__).parents[2] / "build" / "executorch"
Command = Callable[..., Typed]
