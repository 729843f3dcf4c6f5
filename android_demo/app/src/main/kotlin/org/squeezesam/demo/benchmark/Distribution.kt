package org.squeezesam.demo.benchmark

import kotlin.math.ceil
import kotlin.time.Duration
import kotlin.time.DurationUnit

/** Percentiles of measured times in milliseconds, by nearest rank. */
internal data class Distribution(
    val count: Int,
    val p50: Double,
    val p90: Double,
    val p99: Double,
) {
    fun toMap(): Map<String, Any> =
        mapOf(
            "count" to count,
            "p50" to rounded(p50),
            "p90" to rounded(p90),
            "p99" to rounded(p99),
        )

    companion object {
        /** @throws IllegalArgumentException without a value. */
        fun of(times: List<Duration>): Distribution {
            require(times.isNotEmpty()) { "nothing was measured" }
            val sorted = times.map { it.toDouble(DurationUnit.MILLISECONDS) }.sorted()
            return Distribution(sorted.size, at(sorted, 50), at(sorted, 90), at(sorted, 99))
        }

        private fun at(sorted: List<Double>, percent: Int): Double {
            val rank = ceil(percent * sorted.size / 100.0).toInt()
            return sorted[rank.coerceAtLeast(1) - 1]
        }
    }
}

/** To the microsecond, which is more than a clock of a phone can tell. */
internal fun rounded(millis: Double): Double = Math.round(millis * 1000) / 1000.0
