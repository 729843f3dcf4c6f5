package org.squeezesam.onnxruntime

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OnnxValue
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtSession
import android.system.Os
import org.squeezesam.BundleTarget
import org.squeezesam.Engine
import org.squeezesam.EngineFactory
import org.squeezesam.EngineTensor
import org.squeezesam.ModelBundle
import org.squeezesam.SegmentationException

/**
 * Executes ONNX bundles with ONNX Runtime on the processor, its telemetry switched off for the
 * process (an app that has initialised ONNX Runtime before keeps the choice made then).
 *
 * @param threads for one run of a network; 0 leaves it to ONNX Runtime.
 */
public class OnnxRuntimeEngines(private val threads: Int = 0) : EngineFactory {
    init {
        if (threads < 0) {
            throw SegmentationException.InvalidArgument("threads must not be negative: $threads")
        }
    }

    override val name: String
        get() = "ONNX Runtime"

    override val target: BundleTarget
        get() = BundleTarget.ONNX

    override fun create(bundle: ModelBundle): Engine {
        // Nothing leaves the phone: newer builds of ONNX Runtime report to Microsoft by default, and
        // read this variable when they initialise.
        Os.setenv("ORT_DISABLE_TELEMETRY", "1", true)
        val environment = OrtEnvironment.getEnvironment()
        // ONNX Runtime wants the options to live as long as the sessions made with them.
        val options = OrtSession.SessionOptions()
        val sessions = mutableMapOf<String, OrtSession>()
        val engine = OnnxRuntimeEngine(environment, options, sessions)
        try {
            if (threads > 0) options.setIntraOpNumThreads(threads)
            for (program in bundle.programs) {
                sessions[program.name] = environment.createSession(program.file.path, options)
            }
        } catch (failure: Throwable) {
            engine.close()
            throw failure
        }
        return engine
    }
}

private class OnnxRuntimeEngine(
    private val environment: OrtEnvironment,
    private val options: OrtSession.SessionOptions,
    private val sessions: Map<String, OrtSession>,
) : Engine {
    /** ONNX Runtime's sessions may be run by several threads. */
    override val concurrent: Boolean
        get() = true

    override fun run(program: String, inputs: List<EngineTensor>, outputs: List<EngineTensor>) {
        val given = mutableMapOf<String, OnnxTensor>()
        try {
            for (input in inputs) {
                given[input.name] =
                    OnnxTensor.createTensor(environment, input.data, input.shape.toLongArray())
            }
            val names = outputs.mapTo(linkedSetOf()) { it.name }
            sessions.getValue(program).run(given, names).use { found ->
                outputs.forEachIndexed { index, output -> copy(found.get(index), output) }
            }
        } finally {
            given.values.forEach(OnnxTensor::close)
        }
    }

    override fun close() {
        sessions.values.forEach(OrtSession::close)
        options.close()
    }

    private fun copy(value: OnnxValue, output: EngineTensor) {
        val values =
            checkNotNull((value as? OnnxTensor)?.floatBuffer) {
                "the program returned no float32 tensor for \"${output.name}\""
            }
        check(values.remaining() == output.data.remaining()) {
            "the program returned ${values.remaining()} numbers for \"${output.name}\" instead " +
                "of ${output.data.remaining()}"
        }
        output.data.put(values)
    }
}
