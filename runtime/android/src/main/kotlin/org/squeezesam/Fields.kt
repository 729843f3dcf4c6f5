package org.squeezesam

/** What native code tells of a struct of `ssam.h`, by the names of its members. */
internal class Fields {
    private val texts = mutableMapOf<String, String>()
    private val numbers = mutableMapOf<String, Long>()
    private val fractions = mutableMapOf<String, Double>()
    private val entries = mutableMapOf<String, MutableList<Fields>>()

    /** Called from native code: UTF-8. */
    @Suppress("unused")
    fun text(name: String, value: ByteArray) {
        texts[name] = String(value, Charsets.UTF_8)
    }

    /** Called from native code. */
    @Suppress("unused")
    fun number(name: String, value: Long) {
        numbers[name] = value
    }

    /** Called from native code. */
    @Suppress("unused")
    fun fraction(name: String, value: Double) {
        fractions[name] = value
    }

    /** Called from native code: a new entry of the list [name]. */
    @Suppress("unused")
    fun entry(name: String): Fields =
        Fields().also { entries.getOrPut(name, ::mutableListOf).add(it) }

    fun text(name: String): String = texts.getValue(name)

    fun long(name: String): Long = numbers.getValue(name)

    fun int(name: String): Int = long(name).toInt()

    fun double(name: String): Double = fractions.getValue(name)

    /** The entries of the list [name], in their order. */
    fun list(name: String): List<Fields> = entries[name].orEmpty()
}
