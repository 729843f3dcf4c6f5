"""How much memory a package may take, looked at before any of it is taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFAULT_MEMORY = 8 << 30


class MemoryLimitError(ValueError):
    """More than the limit would be taken."""


@dataclass
class Budget:
    """Bytes that values hold, of those that they may.

    Arrays that share memory (a slice and what it was cut from) count once, and as long as one of
    them is held.

    Attributes:
        limit: bytes that all values together may hold.
        held: bytes that they do.
    """

    limit: int
    held: int = 0
    _shares: dict[int, int] = field(default_factory=dict, repr=False)

    def foresee(self, size: int) -> None:
        """Raises MemoryLimitError if ``size`` more bytes go beyond the limit."""
        if self.held + size > self.limit:
            raise MemoryLimitError(
                f"it takes {_mib(self.held + size)} MiB; the limit is {_mib(self.limit)} MiB"
            )

    def take(self, size: int) -> None:
        """Count ``size`` bytes that are held to the end (MemoryLimitError)."""
        self.foresee(size)
        self.held += size

    def hold(self, value: Any) -> None:
        """Count an array until it is let go."""
        if isinstance(value, np.ndarray):
            whole = _whole(value)
            count = self._shares.get(id(whole), 0)
            self._shares[id(whole)] = count + 1
            self.held += 0 if count else whole.nbytes

    def let_go(self, value: Any) -> None:
        """The reverse of :meth:`hold`."""
        if isinstance(value, np.ndarray):
            whole = _whole(value)
            count = self._shares.pop(id(whole)) - 1
            if count:
                self._shares[id(whole)] = count
            else:
                self.held -= whole.nbytes


def _whole(array: NDArray[Any]) -> NDArray[Any]:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _mib(size: int) -> int:
    return -(-size // (1 << 20))
