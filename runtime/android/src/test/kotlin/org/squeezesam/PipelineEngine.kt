package org.squeezesam

import com.google.gson.JsonElement
import com.google.gson.JsonObject
import org.junit.Assert.assertEquals

/** Must be asked for the recorded runs, in their order, and answers as they did. */
class PipelineEngine(private val runs: List<JsonElement>) : Engine {
    var done = 0
        private set

    override fun run(program: String, inputs: List<EngineTensor>, outputs: List<EngineTensor>) {
        val wanted = runs[done++].asJsonObject
        assertEquals(wanted.text("program"), program)
        checkInputs(wanted.getAsJsonObject("inputs"), inputs)
        val answers = wanted.getAsJsonObject("outputs")
        for (output in outputs) {
            output.data.put(answers.floats(output.name))
            check(!output.data.hasRemaining())
        }
    }

    private fun checkInputs(wanted: JsonObject, inputs: List<EngineTensor>) {
        assertEquals(wanted.keySet(), inputs.map { it.name }.toSet())
        for (input in inputs) {
            val (count, samples) = wanted.list(input.name).let { it[0].asInt to it[1].asJsonArray }
            assertEquals(count, input.data.remaining())
            for ((place, value) in samples.map(::numbersOf)) {
                assertEquals(value, input.data.get(place.toInt()).toDouble(), 1e-5)
            }
        }
    }
}
