package org.squeezesam

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.junit.Assert.assertEquals

/** The shared vectors (`tests/vectors/README.md`) as this language reads them. */
object Vectors {
    private val folder = File(requireNotNull(System.getProperty("squeezesam.vectors")))

    /** The kinds of vectors that there are. */
    val kinds: List<String>
        get() =
            folder
                .list()
                .orEmpty()
                .filter {
                    it.endsWith(
                        ".json",
                    )
                }.map { it.removeSuffix(".json") }

    fun bytes(name: String): ByteArray = File(folder, name).readBytes()

    /** Checks every case; a failure names the file and the case. */
    fun each(kind: String, check: (JsonObject) -> Unit) {
        val file = JsonParser.parseString(File(folder, "$kind.json").readText()).asJsonObject
        assertEquals(kind, file.text("kind"))
        assertEquals(1, file.int("format"))
        val cases = file.list("cases")
        check(!cases.isEmpty) { "$kind.json has no cases" }
        cases.forEachIndexed { index, case ->
            val name =
                case.asJsonObject
                    .get("name")
                    ?.asString
                    .orEmpty()
            try {
                check(case.asJsonObject)
            } catch (failure: Throwable) {
                throw AssertionError("$kind.json, case $index $name: ${failure.message}", failure)
            }
        }
    }
}

fun JsonObject.text(name: String): String = get(name).asString

fun JsonObject.int(name: String): Int = get(name).asInt

fun JsonObject.number(name: String): Double = get(name).asDouble

fun JsonObject.list(name: String): JsonArray = getAsJsonArray(name)

fun JsonObject.hex(name: String): ByteArray = bytesOfHex(text(name))

fun JsonObject.floats(name: String): FloatArray = floatsOf(hex(name))

fun JsonObject.numbers(name: String): List<Double> = numbersOf(get(name))

fun JsonObject.ints(name: String): List<Int> = list(name).map { it.asInt }

fun JsonObject.bitmap(name: String): Bitmap = Bitmap(list(name).map { it.asString })

fun numbersOf(element: JsonElement): List<Double> = element.asJsonArray.map { it.asDouble }

fun bytesOfHex(hex: String): ByteArray =
    ByteArray(hex.length / 2) { hex.substring(2 * it, 2 * it + 2).toInt(16).toByte() }

fun floatsOf(bytes: ByteArray): FloatArray {
    val buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()
    return FloatArray(buffer.remaining()).also { buffer.get(it) }
}

/** `#` inside, anything else outside. */
class Bitmap(rows: List<String>) {
    val size = Size(rows[0].length, rows.size)
    val bytes =
        rows
            .joinToString("")
            .map {
                if (it ==
                    '#'
                ) {
                    1.toByte()
                } else {
                    0.toByte()
                }
            }.toByteArray()
}

/** The digest of whole numbers as (signed) bytes. */
fun digestOf(values: FloatArray): String =
    Parts.sha256(
        ByteArray(values.size) {
            val whole = values[it].toInt()
            assertEquals(whole.toFloat(), values[it])
            whole.toByte()
        },
    )

/** The name of the constant in `ssam.h` that a thrown error stands for. */
fun statusOf(failure: Throwable): String =
    when (failure) {
        is SegmentationException.InvalidArgument -> "SSAM_ERROR_INVALID_ARGUMENT"
        is SegmentationException.WrongState -> "SSAM_ERROR_STATE"
        is SegmentationException.OutOfMemory -> "SSAM_ERROR_OUT_OF_MEMORY"
        is SegmentationException.Cancelled -> "SSAM_ERROR_CANCELLED"
        is SegmentationException.UnusablePhoto -> "SSAM_ERROR_PHOTO"
        is SegmentationException.UnsupportedPrompt -> "SSAM_ERROR_PROMPT_UNSUPPORTED"
        is SegmentationException.NothingStandsOut -> "SSAM_ERROR_NOTHING_STANDS_OUT"
        is SegmentationException.InvalidPrompt -> "SSAM_ERROR_PROMPT"
        is SegmentationException.DamagedBundle -> "SSAM_ERROR_BUNDLE_DAMAGED"
        is SegmentationException.NewerBundle -> "SSAM_ERROR_BUNDLE_VERSION"
        is SegmentationException.UnusableBundle -> "SSAM_ERROR_BUNDLE"
        is SegmentationException.EngineFailed -> "SSAM_ERROR_ENGINE"
        else -> throw AssertionError("not an error of the core: $failure", failure)
    }

/** Runs [block]; its error as status and sentence, or SSAM_OK. */
inline fun outcome(block: () -> Unit): Pair<String, String?> =
    try {
        block()
        "SSAM_OK" to null
    } catch (failure: SegmentationException) {
        statusOf(failure) to failure.message
    }
