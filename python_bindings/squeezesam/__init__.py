"""squeezesam: taps and boxes in, a clean cut-out back, all on this machine.

squeezesam.remove("photo.jpg", "out.png")   # what stands out, all else transparent

from squeezesam import Segmenter
segmenter = Segmenter.load("path/to/bundle")
session = segmenter.open("photo.jpg")
mask = session.predict()                    # no prompt: the automatic first mask
session.add_point(310, 220)                 # or say where: clicks, a box, undo
session.predict().save("cutout.png", format="cutout")
"""

from __future__ import annotations

from . import geometry
from .bundle import ModelBundle
from .engines import Engine, Program, ProgramSpec, TensorSpec
from .errors import (
    BundleDamagedError,
    BundleError,
    BundleVersionError,
    BusyError,
    CancelledError,
    EngineError,
    EngineUnavailableError,
    InternalError,
    InvalidArgumentError,
    NothingStandsOutError,
    OutOfMemoryError,
    OutputError,
    PhotoError,
    PromptError,
    PromptUnsupportedError,
    SqueezeSamError,
    StateError,
)
from .formats import FORMATS
from .mask import Candidate, Mask
from .photo import Photo, open_photo
from .privacy import disable_telemetry
from .prompts import BackgroundPoint, Box, ForegroundPoint, Prompt
from .removal import remove
from .segmenter import Segmenter, Session
from .timings import Timings

__version__ = "0.1.0"

# Nothing imported above loads ONNX Runtime: engines do, when one is made.
disable_telemetry()

__all__ = [
    "FORMATS",
    "BackgroundPoint",
    "Box",
    "BundleDamagedError",
    "BundleError",
    "BundleVersionError",
    "BusyError",
    "CancelledError",
    "Candidate",
    "Engine",
    "EngineError",
    "EngineUnavailableError",
    "ForegroundPoint",
    "InternalError",
    "InvalidArgumentError",
    "Mask",
    "ModelBundle",
    "NothingStandsOutError",
    "OutOfMemoryError",
    "OutputError",
    "Photo",
    "PhotoError",
    "Program",
    "ProgramSpec",
    "Prompt",
    "PromptError",
    "PromptUnsupportedError",
    "Segmenter",
    "Session",
    "SqueezeSamError",
    "StateError",
    "TensorSpec",
    "Timings",
    "__version__",
    "disable_telemetry",
    "geometry",
    "open_photo",
    "remove",
]
