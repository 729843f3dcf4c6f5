package org.squeezesam.executorch

import org.pytorch.executorch.EValue
import org.pytorch.executorch.Module
import org.pytorch.executorch.Tensor
import org.squeezesam.BundleTarget
import org.squeezesam.Engine
import org.squeezesam.EngineFactory
import org.squeezesam.EngineTensor
import org.squeezesam.ModelBundle
import org.squeezesam.SegmentationException

/**
 * Executes ExecuTorch bundles (XNNPACK on the processor; other backends as far as the app's
 * ExecuTorch library has them).
 *
 * @param threads for one run of a network; 0 leaves it to ExecuTorch, which then takes the
 *   processor's fast cores.
 */
public class ExecuTorchEngines(private val threads: Int = 0) : EngineFactory {
    init {
        if (threads < 0) {
            throw SegmentationException.InvalidArgument("threads must not be negative: $threads")
        }
    }

    override val name: String
        get() = "ExecuTorch"

    override val target: BundleTarget
        get() = BundleTarget.EXECUTORCH

    override fun create(bundle: ModelBundle): Engine {
        val modules = mutableMapOf<String, Module>()
        try {
            for (program in bundle.programs) {
                // Mapped, not read: the weights stay out of the app's own memory.
                val module = Module.load(program.file.path, Module.LOAD_MODE_MMAP, threads)
                modules[program.name] = module
                module.loadMethod(METHOD)
            }
        } catch (failure: Throwable) {
            modules.values.forEach(Module::destroy)
            throw failure
        }
        return ExecuTorchEngine(modules)
    }
}

private const val METHOD = "forward"

private class ExecuTorchEngine(private val modules: Map<String, Module>) : Engine {
    override fun run(program: String, inputs: List<EngineTensor>, outputs: List<EngineTensor>) {
        val module = modules.getValue(program)
        val given = inputs.map { EValue.from(Tensor.fromBlob(it.data, it.shape.toLongArray())) }
        val found = module.execute(METHOD, *given.toTypedArray())
        check(found.size == outputs.size) {
            "the program returned ${found.size} values instead of ${outputs.size}"
        }
        for ((value, output) in found.zip(outputs)) {
            val values = value.toTensor().dataAsFloatArray
            check(values.size == output.data.remaining()) {
                "the program returned ${values.size} numbers for \"${output.name}\" instead of " +
                    "${output.data.remaining()}"
            }
            output.data.put(values)
        }
    }

    override fun close() {
        modules.values.forEach(Module::destroy)
    }
}
