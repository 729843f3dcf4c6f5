package org.squeezesam.demo.benchmark

import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Test

class FiguresTest {
    @Test
    fun `percentiles are measured values, by nearest rank`() {
        val hundred = (1..100).shuffled().map { it.milliseconds }
        assertEquals(Distribution(100, 50.0, 90.0, 99.0), Distribution.of(hundred))
        val ten = (1..10).map { it.milliseconds }
        assertEquals(Distribution(10, 5.0, 9.0, 10.0), Distribution.of(ten))
        val three = listOf(30.milliseconds, 10.milliseconds, 20.milliseconds)
        assertEquals(Distribution(3, 20.0, 30.0, 30.0), Distribution.of(three))
        val one = Distribution.of(listOf(1500.microseconds))
        assertEquals(Distribution(1, 1.5, 1.5, 1.5), one)
        assertThrows(IllegalArgumentException::class.java) { Distribution.of(emptyList()) }
    }

    @Test
    fun `values become JSON in ASCII`() {
        val value =
            linkedMapOf(
                "a" to listOf(1, 2L, 1.5, true, null),
                "text" to "\"\\ grün\n",
                "none" to emptyMap<String, Any>(),
            )
        assertEquals(
            "{\"a\":[1,2,1.5,true,null],\"text\":\"\\\"\\\\ gr\\u00fcn\\u000a\",\"none\":{}}",
            jsonOf(value),
        )
    }

    @Test
    fun `what JSON cannot say is refused`() {
        for (value in listOf(Double.NaN, Float.POSITIVE_INFINITY, Any(), mapOf(1 to 2))) {
            assertThrows(IllegalArgumentException::class.java) { jsonOf(value) }
        }
    }

    @Test
    fun `thermal states have the schema's words`() {
        val words = listOf(null, 0, 1, 2, 3, 4, 5, 6).map(::thermalWord)
        assertEquals(
            listOf(
                "unknown",
                "nominal",
                "fair",
                "fair",
                "serious",
                "critical",
                "critical",
                "critical",
            ),
            words,
        )
    }

    @Test
    fun `peak memory is read from the process's status`() {
        val status = "Name:\tdemo\nVmPeak:\t 9000000 kB\nVmHWM:\t  262144 kB\nVmRSS:\t 1 kB\n"
        assertEquals(256.0, peakMemoryMib(status)!!, 0.0)
        assertNull(peakMemoryMib("Name:\tdemo\n"))
        assertNull(peakMemoryMib("VmHWM:\tmuch\n"))
        assertNull(peakMemoryMib(null))
    }
}
