package org.squeezesam.demo.benchmark

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class BenchmarkRequestTest {
    @Test
    fun `a bare request has the defaults of the contract`() {
        val request = BenchmarkRequest.parse(mapOf("benchmark" to true))
        assertEquals(BenchmarkRequest("manual", null, null, 50, 5, "unknown"), request)
        assertEquals("benchmark=true run=manual runs=50 warmup=5 commit=unknown", request.words)
    }

    @Test
    fun `every word is taken over`() {
        val request =
            BenchmarkRequest.parse(
                mapOf(
                    "benchmark" to true,
                    "run" to "7f3a",
                    "bundle" to "squeezesam-onnx-int8-512x512",
                    "threads" to 4,
                    "runs" to 10_000,
                    "warmup" to 0,
                    "commit" to "1c23778",
                ),
            )
        val bundle = "squeezesam-onnx-int8-512x512"
        assertEquals(BenchmarkRequest("7f3a", bundle, 4, 10_000, 0, "1c23778"), request)
    }

    @Test
    fun `what is unknown, out of range or of the wrong type is a usage error that names it`() {
        val wrong =
            listOf(
                "compute_unit" to "all",
                "benchmark" to false,
                "benchmark" to "true",
                "run" to "two words",
                "run" to "",
                "run" to "x".repeat(65),
                "bundle" to "../secret",
                "bundle" to ".hidden",
                "bundle" to "",
                "threads" to 0,
                "threads" to 65,
                "runs" to 0,
                "runs" to 10_001,
                "runs" to "50",
                "warmup" to -1,
                "warmup" to 1001,
                "commit" to 7,
                "commit" to null,
            )
        for ((name, value) in wrong) {
            val failure =
                assertThrows(BenchmarkFailure::class.java) {
                    BenchmarkRequest.parse(mapOf("benchmark" to true) + (name to value))
                }
            assertEquals(FailureCode.USAGE, failure.code)
            assertTrue("$name=$value: ${failure.message}", "'$name'" in failure.message.orEmpty())
        }
        assertThrows(BenchmarkFailure::class.java) { BenchmarkRequest.parse(emptyMap()) }
    }

    @Test
    fun `the run word is known even where the rest is wrong`() {
        assertEquals("7f3a", BenchmarkRequest.runIn(mapOf("run" to "7f3a", "nonsense" to 1)))
        assertEquals("manual", BenchmarkRequest.runIn(mapOf("run" to "no good")))
        assertEquals("manual", BenchmarkRequest.runIn(emptyMap()))
    }
}
