package org.squeezesam.demo.benchmark

import kotlin.time.DurationUnit

/** What the screen shows of a run. Times are milliseconds. */
internal data class BenchmarkSummary(
    val bundle: String,
    val coldLoad: Double,
    val warmLoad: Double,
    val first: Double,
    val automatic: Distribution,
    val tap: Distribution,
    val segmenter: Distribution,
) {
    companion object {
        fun of(measured: Measured): BenchmarkSummary =
            BenchmarkSummary(
                measured.bundle.name,
                measured.cold.toDouble(DurationUnit.MILLISECONDS),
                measured.warm.toDouble(DurationUnit.MILLISECONDS),
                measured.first.toDouble(DurationUnit.MILLISECONDS),
                Distribution.of(measured.automatic.map { it.total }),
                Distribution.of(measured.taps.map { it.total }),
                Distribution.of(measured.taps.map { it.segmenter }),
            )
    }
}
