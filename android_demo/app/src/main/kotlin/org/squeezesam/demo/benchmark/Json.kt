package org.squeezesam.demo.benchmark

/**
 * The value as JSON: maps with text keys, lists, text, finite numbers, booleans and null.
 *
 * @throws IllegalArgumentException for anything else.
 */
internal fun jsonOf(value: Any?): String = StringBuilder().also { write(value, it) }.toString()

private fun write(value: Any?, out: StringBuilder) {
    when (value) {
        null, is Boolean, is Int, is Long -> out.append(value)
        is Float -> writeNumber(value.toDouble(), out)
        is Double -> writeNumber(value, out)
        is String -> writeText(value, out)
        is Map<*, *> ->
            writeAll(value.entries, '{', '}', out) { (name, inner) ->
                require(name is String) { "a name in JSON must be text, not $name" }
                writeText(name, out)
                out.append(':')
                write(inner, out)
            }
        is List<*> -> writeAll(value, '[', ']', out) { write(it, out) }
        else -> throw IllegalArgumentException("${value.javaClass} has no form in JSON")
    }
}

private fun writeNumber(value: Double, out: StringBuilder) {
    require(value.isFinite()) { "$value has no form in JSON" }
    out.append(value)
}

private fun <T> writeAll(
    items: Collection<T>,
    open: Char,
    close: Char,
    out: StringBuilder,
    each: (T) -> Unit,
) {
    out.append(open)
    items.forEachIndexed { index, item ->
        if (index > 0) out.append(',')
        each(item)
    }
    out.append(close)
}

/** ASCII alone, so that a log of any encoding keeps it whole. */
private fun writeText(text: String, out: StringBuilder) {
    out.append('"')
    for (char in text) {
        when {
            char == '"' || char == '\\' -> out.append('\\').append(char)
            char in ' '..'~' -> out.append(char)
            else -> out.append("\\u").append(char.code.toString(16).padStart(4, '0'))
        }
    }
    out.append('"')
}
