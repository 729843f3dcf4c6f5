"""Everything that can go wrong, as types.

Every error that squeezesam raises on purpose derives from `SqueezeSamError`; its text is one
sentence meant for the person in front of the app. The C++ core's status codes are mapped onto
these classes in `_core.cpp`, so that an error means the same whichever side found it.
"""

from __future__ import annotations


class SqueezeSamError(Exception):
    """Base of every error that squeezesam raises on purpose."""


class InvalidArgumentError(SqueezeSamError, ValueError):
    """A value that makes no sense whatever the photo: a bug in the calling program."""


class StateError(SqueezeSamError):
    """The call makes no sense yet, for instance predicting before a photo was opened."""


class BusyError(StateError):
    """Another thread is using this session; give every thread a session of its own."""


class InternalError(SqueezeSamError):
    """A bug in squeezesam; please report it."""


class OutOfMemoryError(SqueezeSamError, MemoryError):
    """The core could not allocate what this photo needs."""


class PhotoError(SqueezeSamError):
    """The photo cannot be read: missing, damaged, of an unknown format, or too large."""


class PromptError(SqueezeSamError, ValueError):
    """A click or a box makes no sense for this photo or this model."""


class PromptUnsupportedError(PromptError):
    """The bundle's model was not made for this kind of prompt, or cannot do without one."""


class NothingStandsOutError(PromptError):
    """The automatic mask was asked for and the photo has nothing salient: give a click or a box."""


class BundleError(SqueezeSamError):
    """The model bundle cannot be used: unreadable, incomplete or contradicting itself."""


class BundleDamagedError(BundleError):
    """A file of the bundle is missing or its size or sha256 is not the manifest's."""


class BundleVersionError(BundleError):
    """The bundle was made by a newer squeezesam-export than this runtime understands."""


class EngineError(SqueezeSamError):
    """The engine failed while it loaded or ran a program."""


class EngineUnavailableError(EngineError):
    """The engine that the bundle needs is not installed here or does not exist on this system."""


class OutputError(SqueezeSamError):
    """A result cannot be written: it exists already, or the place does not accept files."""


class CancelledError(SqueezeSamError):
    """`Session.cancel()` was called while a prediction was under way."""
