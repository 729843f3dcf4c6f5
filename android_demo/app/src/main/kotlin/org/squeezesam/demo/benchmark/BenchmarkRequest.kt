package org.squeezesam.demo.benchmark

/** Why a benchmark cannot go on, in the words of docs/benchmarks.md. */
internal enum class FailureCode(val word: String) {
    USAGE("usage"),
    NO_BUNDLE("no-bundle"),
    BAD_BUNDLE("bad-bundle"),
    UNSUPPORTED("unsupported"),
    MEMORY("memory"),
    FAILED("failed"),
}

/** Ends a benchmark; the message is a sentence for a person. */
internal class BenchmarkFailure(val code: FailureCode, message: String, cause: Throwable? = null) :
    Exception(message, cause)

/** What a benchmark is asked to do: the words of docs/benchmarks.md. */
internal data class BenchmarkRequest(
    val run: String = "manual",
    /** Name of a bundle's folder; null: the app's own bundle. */
    val bundle: String? = null,
    /** null: the engine's choice. */
    val threads: Int? = null,
    val runs: Int = 50,
    val warmup: Int = 5,
    val commit: String = "unknown",
) {
    /** The request as words, for the result's `command`. */
    val words: String
        get() =
            listOfNotNull(
                "benchmark=true",
                "run=$run",
                bundle?.let { "bundle=$it" },
                threads?.let { "threads=$it" },
                "runs=$runs",
                "warmup=$warmup",
                "commit=$commit",
            ).joinToString(" ")

    companion object {
        private val RUN = Regex("[A-Za-z0-9-]{1,64}")
        private val THREADS = 1..64
        private val RUNS = 1..10_000
        private val WARMUP = 0..1000

        /** The run word alone, to answer under even where the rest is wrong. */
        fun runIn(extras: Map<String, Any?>): String =
            (extras["run"] as? String)?.takeIf { RUN.matches(it) } ?: "manual"

        /**
         * Reads intent extras.
         *
         * @throws BenchmarkFailure with the code usage.
         */
        fun parse(extras: Map<String, Any?>): BenchmarkRequest {
            val defaults = BenchmarkRequest()
            var request = defaults
            for ((name, value) in extras) {
                request =
                    when (name) {
                        "benchmark" -> request.also { isTrue(value) }
                        "run" -> request.copy(run = runOf(text(name, value)))
                        "bundle" -> request.copy(bundle = folderOf(text(name, value)))
                        "commit" -> request.copy(commit = text(name, value))
                        "threads" -> request.copy(threads = number(name, value, THREADS))
                        "runs" -> request.copy(runs = number(name, value, RUNS))
                        "warmup" -> request.copy(warmup = number(name, value, WARMUP))
                        else -> throw usage("there is no word '$name'.")
                    }
            }
            if ("benchmark" !in extras) throw usage("the extra 'benchmark' is missing.")
            return request
        }

        private fun isTrue(value: Any?) {
            if (value != true) throw usage("'benchmark' must be the boolean true.")
        }

        private fun text(name: String, value: Any?): String =
            value as? String ?: throw usage("'$name' must be a string.")

        private fun number(name: String, value: Any?, range: IntRange): Int =
            (value as? Int)?.takeIf { it in range }
                ?: throw usage("'$name' must be a number from ${range.first} to ${range.last}.")

        private fun runOf(word: String): String =
            word.takeIf { RUN.matches(it) }
                ?: throw usage("'run' must be 1 to 64 letters, digits or hyphens.")

        private fun folderOf(name: String): String =
            name.takeIf { it.isNotEmpty() && '/' !in it && !it.startsWith('.') }
                ?: throw usage("'bundle' must be a plain folder name.")

        private fun usage(sentence: String) =
            BenchmarkFailure(FailureCode.USAGE, "The benchmark was not understood: $sentence")
    }
}
