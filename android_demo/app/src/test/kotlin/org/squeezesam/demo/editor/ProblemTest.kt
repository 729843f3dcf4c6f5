package org.squeezesam.demo.editor

import java.io.FileNotFoundException
import org.junit.Assert.assertEquals
import org.junit.Test
import org.squeezesam.SegmentationException

class ProblemTest {
    @Test
    fun `every error of the library has its own sentence`() {
        val wanted =
            mapOf(
                SegmentationException.NothingStandsOut("") to Problem.NOTHING_STANDS_OUT,
                SegmentationException.UnsupportedPrompt("") to Problem.NO_BACKGROUND_CLICKS,
                SegmentationException.InvalidPrompt("") to Problem.PROMPT_OUTSIDE,
                SegmentationException.UnusablePhoto("") to Problem.PHOTO_UNREADABLE,
                SegmentationException.UnusableBundle("") to Problem.MODEL_MISSING,
                SegmentationException.DamagedBundle("") to Problem.MODEL_DAMAGED,
                SegmentationException.NewerBundle("") to Problem.MODEL_TOO_NEW,
                SegmentationException.EngineUnavailable("") to Problem.ENGINE_UNAVAILABLE,
                SegmentationException.EngineFailed("") to Problem.ENGINE_FAILED,
                SegmentationException.OutOfMemory("") to Problem.OUT_OF_MEMORY,
                SegmentationException.Internal("") to Problem.UNEXPECTED,
                OutOfMemoryError() to Problem.OUT_OF_MEMORY,
                FileNotFoundException() to Problem.STORAGE,
                IllegalStateException() to Problem.UNEXPECTED,
            )
        for ((failure, problem) in wanted) {
            assertEquals(failure.javaClass.name, problem, Problem.of(failure))
        }
    }
}
