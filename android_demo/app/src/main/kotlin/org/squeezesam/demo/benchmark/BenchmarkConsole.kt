package org.squeezesam.demo.benchmark

import java.security.MessageDigest
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.TimeMark
import kotlin.time.TimeSource

/**
 * Says what a benchmark does, in the lines of docs/benchmarks.md, without their first word.
 *
 * @param base64 encodes without line breaks: Java's own encoder is not in Android 7.
 */
internal class BenchmarkConsole(
    private val run: String,
    private val base64: (ByteArray) -> String,
    private val clock: TimeSource = TimeSource.Monotonic,
    private val say: (String) -> Unit,
) {
    private var spoke: TimeMark? = null
    private var subject = ""

    fun begin(): Unit = say("$run begin $SCHEMA")

    /** Leaves out what comes quicker than anybody reads: a log drops lines that rush in. */
    fun progress(done: Int, total: Int, what: String) {
        val recent = spoke?.let { it.elapsedNow() < PAUSE } ?: false
        if (recent && what == subject && done < total) return
        spoke = clock.markNow()
        subject = what
        say("$run progress $done $total $what")
    }

    /** The whole result, once its file is in place. */
    fun end(document: ByteArray) {
        val parts = base64(document).chunked(PART)
        parts.forEachIndexed { index, part -> say("$run part ${index + 1} ${parts.size} $part") }
        say("$run end ${parts.size} ${sha256(document)}")
    }

    fun error(failure: BenchmarkFailure): Unit =
        say("$run error ${failure.code.word} ${plain(failure.message.orEmpty())}".take(LONGEST))

    private fun plain(sentence: String): String =
        sentence
            .split(Regex("\\s+"))
            .joinToString(" ")
            .map { if (it in ' '..'~') it else '?' }
            .joinToString("")

    private fun sha256(bytes: ByteArray): String =
        MessageDigest
            .getInstance("SHA-256")
            .digest(bytes)
            .joinToString("") { "%02x".format(it) }

    private companion object {
        const val PART = 480

        /** Bytes of a line, the tag left out. */
        const val LONGEST = 580
        val PAUSE = 200.milliseconds
    }
}
