package org.squeezesam.demo.benchmark

import kotlin.time.DurationUnit
import org.squeezesam.ProgramRuns

/** What the screen shows of a run. Times are milliseconds. */
internal data class BenchmarkSummary(
    val bundle: String,
    val coldLoad: Double,
    val warmLoad: Double,
    val first: Double,
    val automatic: Distribution,
    val tap: Distribution,
    /** The last program that runs at every tap, and its times. */
    val program: String,
    val programTimes: Distribution,
) {
    companion object {
        fun of(measured: Measured): BenchmarkSummary {
            val program =
                measured.bundle.programs
                    .last { it.runs == ProgramRuns.PROMPT }
                    .name
            return BenchmarkSummary(
                measured.bundle.name,
                measured.cold.toDouble(DurationUnit.MILLISECONDS),
                measured.warm.toDouble(DurationUnit.MILLISECONDS),
                measured.first.toDouble(DurationUnit.MILLISECONDS),
                Distribution.of(measured.automatic.map { it.total }),
                Distribution.of(measured.taps.map { it.total }),
                program,
                Distribution.of(measured.taps.map { it.programs.getValue(program) }),
            )
        }
    }
}
