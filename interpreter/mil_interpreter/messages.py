"""The protobuf messages of the format, as coremltools brings them."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from functools import cache
from typing import Any


@cache
def model_messages() -> tuple[Any, type[Exception]]:
    """The module ``Model_pb2``, and the error that damaged bytes raise.

    coremltools' top module speaks of every library that it was not tested with: none of them takes
    part here, so it is imported in silence.
    """
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            from coremltools.proto import Model_pb2
            from google.protobuf.message import DecodeError
    finally:
        logging.disable(before)
    return Model_pb2, DecodeError
