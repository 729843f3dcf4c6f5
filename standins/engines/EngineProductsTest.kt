package org.squeezesam

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtSession
import java.io.File
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.pytorch.executorch.Module
import org.pytorch.executorch.Tensor
import org.squeezesam.executorch.ExecuTorchEngines
import org.squeezesam.onnxruntime.OnnxRuntimeEngines

/** The engines that are products, on stand-ins for the libraries that they call. */
class EngineProductsTest {
    @get:Rule
    val temporary = TemporaryFolder()

    private val masks = FloatArray(4 * 16 * 16) { if (it % 16 < 8) 2f else -2f }
    private val scores = floatArrayOf(0.1f, 0.2f, 0.8f, 0.3f)

    @Before
    fun forget() {
        Module.log.clear()
        Module.programs.clear()
        OrtSession.log.clear()
        OrtSession.programs.clear()
    }

    private fun bundle(target: String): File =
        TestBundle(target = target).write(temporary.newFolder())

    /** The square in the middle of [squarePhoto] as the program of the heat map would see it. */
    private fun brightness(plane: FloatArray) = FloatArray(32 * 32) { (plane[it] - 127.5f) / 20f }

    private suspend fun checkMasks(segmenter: Segmenter) {
        segmenter.open(squarePhoto()).use { session ->
            session.predict().use { mask ->
                assertTrue(mask.isAutomatic)
                assertEquals(2, mask.candidate)
                assertEquals(PixelRect(0, 0, 40, 80), mask.bounds)
            }
        }
    }

    @Test
    fun `ExecuTorch runs every program and gives the inputs without a copy`() =
        runBlocking {
            Module.programs["heat.bin"] =
                Module.Program { inputs ->
                    assertEquals(listOf(1L, 3L, 32L, 32L), inputs.single().shape().toList())
                    assertTrue(inputs.single().isDirect)
                    listOf(Tensor.of(brightness(inputs.single().dataAsFloatArray)))
                }
            Module.programs["segment.bin"] =
                Module.Program { inputs ->
                    assertEquals(
                        listOf(
                            listOf(1, 3, 64, 64),
                            listOf(1, 2, 64, 64),
                            listOf(1, 8, 2),
                            listOf(1, 8),
                        ),
                        inputs.map { input -> input.shape().map { it.toInt() } },
                    )
                    listOf(Tensor.of(masks), Tensor.of(scores))
                }
            Segmenter
                .load(
                    bundle("executorch"),
                    ExecuTorchEngines(threads = 3),
                ).use { checkMasks(it) }
            assertEquals(
                listOf("load heat.bin 1 3", "load segment.bin 1 3") +
                    listOf("destroy heat.bin", "destroy segment.bin"),
                Module.log,
            )
        }

    @Test
    fun `an ExecuTorch program that cannot be loaded or answers wrongly says so`() =
        runBlocking {
            val folder = bundle("executorch")
            Module.programs["heat.bin"] =
                Module.Program { listOf(Tensor.of(FloatArray(32 * 32))) }
            val missing = failureOf { Segmenter.load(folder, ExecuTorchEngines()) }
            assertEquals(
                "the ExecuTorch engine cannot load 'test-bundle': Failed to load method: forward",
                missing.message,
            )
            assertEquals(2, Module.log.count { it.startsWith("destroy") })
            Module.programs["segment.bin"] = Module.Program { listOf(Tensor.of(masks)) }
            val few = failureOf { Segmenter.load(folder, ExecuTorchEngines(), prewarm = true) }
            assertEquals(
                "the program 'segment' failed: the program returned 1 values instead of 2",
                few.message,
            )
            Module.programs["segment.bin"] =
                Module.Program { listOf(Tensor.of(scores), Tensor.of(scores)) }
            val short = failureOf { Segmenter.load(folder, ExecuTorchEngines(), prewarm = true) }
            assertEquals(
                "the program 'segment' failed: the program returned 4 numbers for \"masks\" " +
                    "instead of 1024",
                short.message,
            )
        }

    @Test
    fun `ONNX Runtime runs every program and frees every tensor`() =
        runBlocking {
            OrtSession.programs["heat.bin"] =
                OrtSession.Program { inputs, _ ->
                    val image = inputs.getValue("image").floatBuffer
                    listOf(brightness(FloatArray(image.remaining()).also { image.get(it) }))
                }
            OrtSession.programs["segment.bin"] =
                OrtSession.Program { inputs, wanted ->
                    assertEquals(setOf("image", "prompts", "points", "labels"), inputs.keys)
                    assertEquals(listOf("masks", "scores"), wanted.toList())
                    listOf(masks, scores)
                }
            Segmenter.load(bundle("onnx"), OnnxRuntimeEngines(threads = 2)).use { checkMasks(it) }
            assertEquals(0, OnnxTensor.open)
            assertEquals(
                listOf("create heat.bin 2", "create segment.bin 2") +
                    listOf("close heat.bin", "close segment.bin", "close options"),
                OrtSession.log,
            )
        }

    @Test
    fun `an ONNX program that cannot be loaded or answers wrongly says so`() =
        runBlocking {
            val folder = bundle("onnx")
            OrtSession.programs["heat.bin"] =
                OrtSession.Program { _, _ -> listOf(FloatArray(32 * 32)) }
            val missing = failureOf { Segmenter.load(folder, OnnxRuntimeEngines()) }
            assertEquals(
                "the ONNX Runtime engine cannot load 'test-bundle': Load model from segment.bin " +
                    "failed",
                missing.message,
            )
            assertEquals("close options", OrtSession.log.last())
            OrtSession.programs["segment.bin"] =
                OrtSession.Program { _, _ -> listOf(scores, scores) }
            val short =
                failureOf { Segmenter.load(folder, OnnxRuntimeEngines(), prewarm = true) }
            assertEquals(
                "the program 'segment' failed: the program returned 4 numbers for \"masks\" " +
                    "instead of 1024",
                short.message,
            )
            assertEquals(0, OnnxTensor.open)
        }

    @Test
    fun `threads that make no sense are refused`() =
        runBlocking {
            for (make in listOf({ ExecuTorchEngines(-1) }, { OnnxRuntimeEngines(-1) })) {
                val failure = failureOf { make() }
                assertEquals("threads must not be negative: -1", failure.message)
            }
        }
}
