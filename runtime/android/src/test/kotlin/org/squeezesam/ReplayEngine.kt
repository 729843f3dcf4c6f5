package org.squeezesam

import java.util.concurrent.atomic.AtomicInteger

/** Gives recorded answers, 0 where there is none, and keeps what it was asked. */
class ReplayEngine(private val answer: (program: String, output: String) -> FloatArray?) : Engine {
    /** "segment.image" and so on: the last that was given. */
    val seen = mutableMapOf<String, FloatArray>()
    val runs = mutableMapOf<String, Int>()
    val closings = AtomicInteger()

    override fun run(program: String, inputs: List<EngineTensor>, outputs: List<EngineTensor>) {
        for (input in inputs) {
            check(input.data.isReadOnly && input.data.isDirect)
            check(input.data.remaining().toLong() == input.shape.reduce(Long::times))
            seen["$program.${input.name}"] =
                FloatArray(input.data.remaining()).also { input.data.get(it) }
        }
        for (output in outputs) {
            val values = answer(program, output.name)
            output.data.put(values ?: FloatArray(output.data.remaining()))
            check(!output.data.hasRemaining())
        }
        runs[program] = (runs[program] ?: 0) + 1
    }

    override fun close() {
        closings.incrementAndGet()
    }
}

/** Gives out one engine that a test has made. */
class Engines(private val engine: Engine, override val target: BundleTarget = BundleTarget.ONNX) :
    EngineFactory {
    override val name = "test"

    override fun create(bundle: ModelBundle): Engine = engine
}
