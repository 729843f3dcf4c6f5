"""The C++ core: see squeezesam/ssam.h for the contract of every call.

Raises the classes of squeezesam.errors. Sizes and coordinates are pixels of the upright photo.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

_Bytes: TypeAlias = npt.NDArray[np.uint8]
_Floats: TypeAlias = npt.NDArray[np.float32]
_Bools: TypeAlias = npt.NDArray[np.bool_]
_Bitmap: TypeAlias = npt.NDArray[np.bool_] | npt.NDArray[np.uint8]
_Counts: TypeAlias = npt.NDArray[np.uint32]
_Ring: TypeAlias = tuple[_Floats, int]
_Prompt: TypeAlias = tuple[str, float, float, float, float, bool]
_Region: TypeAlias = tuple[str, tuple[int, int, int, int], int, float, float, tuple[float, ...]]
_Tensor: TypeAlias = tuple[str, tuple[int, ...], str, str]

class SaliencyClicks(TypedDict):
    clicks: list[tuple[float, float]]
    threshold: int
    area: int
    peak: int

class BundleInfo(TypedDict):
    name: str
    licence: str
    preset: str
    backend: str
    precision: str
    target: str
    schema_version: int
    input_width: int
    input_height: int
    mask_width: int
    mask_height: int
    candidate_count: int
    max_points: int
    negative_points: bool
    box: bool
    automatic: bool
    previous_mask: bool
    click_radius: float
    box_default: float
    tensor_bytes: int
    manifest: str

class ProgramInfo(TypedDict):
    name: str
    runs: str
    path: str
    file_size: int
    macs: int
    inputs: list[_Tensor]
    outputs: list[_Tensor]

class MaskInfo(TypedDict):
    width: int
    height: int
    score: float
    chosen: int
    scores: list[float]
    area: int
    bbox: tuple[int, int, int, int]
    valid_width: float
    valid_height: float
    prompts: list[_Prompt]
    timings: dict[str, float]
    programs: dict[str, float]

class EverythingDefaults(TypedDict):
    points_per_side: int
    min_score: float
    min_stability: float
    max_overlap: float
    min_area: int

def version() -> str: ...
def schema_version() -> int: ...
def exif_orientation(data: bytes) -> int: ...
def orient(pixels: _Bytes, orientation: int) -> _Bytes: ...
def fit(
    photo_width: int, photo_height: int, input_width: int, input_height: int
) -> tuple[int, int]: ...
def covered(
    photo_width: int,
    photo_height: int,
    input_width: int,
    input_height: int,
    map_width: int,
    map_height: int,
) -> tuple[int, int]: ...
def resize(pixels: _Bytes, width: int, height: int, orientation: int = 1) -> _Bytes: ...
def nv12_to_rgb(
    luma: _Bytes, chroma: _Bytes, range: str, matrix: str, orientation: int = 1
) -> _Bytes: ...
def nv12_resize(
    luma: _Bytes,
    chroma: _Bytes,
    range: str,
    matrix: str,
    width: int,
    height: int,
    orientation: int = 1,
) -> _Bytes: ...
def planes(
    points: npt.ArrayLike,
    labels: npt.ArrayLike,
    width: int,
    height: int,
    radius: float,
    box_default: float = 1.0,
) -> _Floats: ...
def logits_to_heat(logits: npt.ArrayLike) -> _Bytes: ...
def saliency_to_clicks(heat: _Bytes) -> SaliencyClicks: ...
def upsample(
    plane: npt.ArrayLike,
    width: int,
    height: int,
    valid_width: float = -1.0,
    valid_height: float = -1.0,
) -> _Floats: ...
def largest_component(bitmap: _Bitmap) -> _Bools: ...
def fill_holes(bitmap: _Bitmap, max_area: int = -1) -> _Bools: ...
def contour(bitmap: _Bitmap, epsilon: float = 0.0) -> list[_Ring]: ...
def rle(bitmap: _Bitmap) -> _Counts: ...
def rle_to_string(counts: npt.ArrayLike) -> str: ...
def rle_from_string(text: str) -> _Counts: ...
def rle_decode(counts: npt.ArrayLike, width: int, height: int) -> _Bools: ...
def sha256(data: bytes) -> str: ...
def on_cancel(stop: Callable[[], object] | None) -> None: ...
def set_tensor_limit(bytes: int) -> None: ...

class Bundle:
    def __init__(self, folder: str | bytes, sizes_only: bool = False) -> None: ...
    @staticmethod
    def parse(json: str | bytes) -> Bundle: ...
    def recheck(self, sizes_only: bool = False) -> None: ...
    def info(self) -> BundleInfo: ...
    def programs(self) -> list[ProgramInfo]: ...

class Segmenter:
    def __init__(
        self,
        bundle: Bundle,
        run: Callable[[str, Mapping[str, _Floats]], Mapping[str, Any]],
        concurrent: bool,
    ) -> None: ...
    def prewarm(self) -> None: ...

class Session:
    def __init__(self, segmenter: Segmenter) -> None: ...
    def set_image(self, pixels: _Bytes, orientation: int = 1) -> None: ...
    @property
    def size(self) -> tuple[int, int]: ...
    def add_point(self, x: float, y: float, foreground: bool = True) -> None: ...
    def set_box(self, x0: float, y0: float, x1: float, y1: float) -> None: ...
    def undo(self) -> bool: ...
    def clear(self) -> None: ...
    def prompts(self) -> list[_Prompt]: ...
    def set_automatic(self, random: bool, seed: int = 0) -> None: ...
    def automatic(self) -> list[_Prompt]: ...
    def predict(
        self, candidate: int = -1, keep_largest: bool = False, max_hole_area: int = 0
    ) -> Mask: ...
    def cancel(self) -> None: ...

class Mask:
    def info(self) -> MaskInfo: ...
    def array(self) -> _Bools: ...
    def alpha(self, photo: _Bytes | None = None) -> _Bytes: ...
    def logits(self) -> _Floats: ...
    def plane(self, candidate: int) -> _Floats: ...
    def derive(
        self, candidate: int = -1, keep_largest: bool = False, max_hole_area: int = 0
    ) -> Mask: ...
    def refine(self, photo: _Bytes, radius: float = 0.0, epsilon: float = 0.0) -> Mask: ...
    def cutout(
        self, photo: _Bytes, soft: bool = True, premultiplied: bool = False, crop: bool = False
    ) -> tuple[_Bytes, int, int]: ...
    def contour(self, epsilon: float = 0.0) -> list[_Ring]: ...
    def rle(self) -> _Counts: ...
    def rle_string(self) -> str: ...

def everything_defaults(bundle: Bundle | None) -> EverythingDefaults: ...
def everything(
    session: Session,
    points_per_side: int,
    two_rounds: bool,
    min_score: float,
    min_stability: float,
    max_overlap: float,
    min_area: int,
    boxes: npt.ArrayLike | None,
    tick: Callable[[int, int], object],
) -> list[_Region]: ...
