package org.pytorch.executorch

import java.io.Closeable
import java.io.File
import standins.OfTheTest

/** Insists on what the real one insists on, and answers with what a test tells it. */
public open class Module private constructor(private val file: String) : Closeable {
    private var destroyed = false

    public open fun loadMethod(methodName: String) {
        check(file in programs) { "Failed to load method: $methodName" }
    }

    public open fun execute(methodName: String, vararg inputs: EValue): Array<EValue> {
        check(!destroyed && methodName == "forward") { "Module has been destroyed" }
        val found = programs.getValue(file).run(inputs.map { it.toTensor() })
        return found.map { EValue.from(it) }.toTypedArray()
    }

    public open fun destroy() {
        destroyed = true
        log.add("destroy $file")
    }

    override fun close(): Unit = destroy()

    @OfTheTest
    public fun interface Program {
        public fun run(inputs: List<Tensor>): List<Tensor>
    }

    public companion object {
        public const val LOAD_MODE_MMAP: Int = 1

        /** By file name: what the program makes of its inputs. */
        @OfTheTest
        public val programs: MutableMap<String, Program> = mutableMapOf()

        /** Files loaded, and later their destruction. */
        @OfTheTest
        public val log: MutableList<String> = mutableListOf()

        @JvmStatic
        @JvmOverloads
        public fun load(modelPath: String?, loadMode: Int = 0, numThreads: Int = 0): Module {
            val name = File(checkNotNull(modelPath)).name
            log.add("load $name $loadMode $numThreads")
            return Module(name)
        }
    }
}
