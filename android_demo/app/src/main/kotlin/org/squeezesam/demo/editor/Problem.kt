package org.squeezesam.demo.editor

import java.io.IOException
import org.squeezesam.SegmentationException

/** What can go wrong, as far as the person can tell the difference. Each has a sentence. */
internal enum class Problem {
    NOTHING_STANDS_OUT,
    NO_BACKGROUND_CLICKS,
    PROMPT_OUTSIDE,
    PHOTO_UNREADABLE,
    CUTOUT_EMPTY,
    MODEL_MISSING,
    MODEL_DAMAGED,
    MODEL_TOO_NEW,
    ENGINE_UNAVAILABLE,
    ENGINE_FAILED,
    OUT_OF_MEMORY,
    STORAGE,

    /** No other app can do what was asked for. */
    NO_APP,
    UNEXPECTED,
    ;

    companion object {
        fun of(failure: Throwable): Problem =
            when (failure) {
                is SegmentationException.NothingStandsOut -> NOTHING_STANDS_OUT
                is SegmentationException.UnsupportedPrompt -> NO_BACKGROUND_CLICKS
                is SegmentationException.InvalidPrompt -> PROMPT_OUTSIDE
                is SegmentationException.UnusablePhoto -> PHOTO_UNREADABLE
                is SegmentationException.NewerBundle -> MODEL_TOO_NEW
                is SegmentationException.DamagedBundle -> MODEL_DAMAGED
                is SegmentationException.UnusableBundle -> MODEL_MISSING
                is SegmentationException.EngineUnavailable -> ENGINE_UNAVAILABLE
                is SegmentationException.EngineFailed -> ENGINE_FAILED
                is SegmentationException.OutOfMemory, is OutOfMemoryError -> OUT_OF_MEMORY
                is IOException -> STORAGE
                else -> UNEXPECTED
            }
    }
}
