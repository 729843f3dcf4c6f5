package org.squeezesam

import java.util.concurrent.atomic.AtomicInteger

/** Gives recorded answers, 0 where there is none, and keeps what it was asked. */
class ReplayEngine(private val answer: (program: ProgramKind, output: String) -> FloatArray?) :
    Engine {
    /** "segmenter.image" and so on: the last that was given. */
    val seen = mutableMapOf<String, FloatArray>()
    val runs = ProgramKind.entries.associateWith { AtomicInteger() }
    val closings = AtomicInteger()

    override fun run(
        program: ProgramKind,
        inputs: List<EngineTensor>,
        outputs: List<EngineTensor>,
    ) {
        for (input in inputs) {
            check(input.data.isReadOnly && input.data.isDirect)
            check(input.data.remaining().toLong() == input.shape.reduce(Long::times))
            seen["${program.name.lowercase()}.${input.name}"] =
                FloatArray(input.data.remaining()).also { input.data.get(it) }
        }
        for (output in outputs) {
            val values = answer(program, output.name)
            output.data.put(values ?: FloatArray(output.data.remaining()))
            check(!output.data.hasRemaining())
        }
        runs.getValue(program).incrementAndGet()
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
