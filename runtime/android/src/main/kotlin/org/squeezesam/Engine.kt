package org.squeezesam

import java.io.Closeable
import java.nio.FloatBuffer

/**
 * A float32 tensor, dense and row-major, in memory that belongs to the core.
 *
 * [data] is a direct buffer in native byte order, valid only during [Engine.run]: do not keep it.
 * That of an input is read-only, that of an output is to be filled.
 */
public class EngineTensor internal constructor(
    public val name: String,
    public val shape: List<Long>,
    public val data: FloatBuffer,
)

/** What executes the programs of one bundle. Made by an [EngineFactory]. */
public interface Engine : Closeable {
    /**
     * True if several threads may call [run] at once. Otherwise the core lets one in at a time,
     * across all sessions of a segmenter.
     */
    public val concurrent: Boolean
        get() = false

    /**
     * Runs the program called [program]: reads [inputs], fills [outputs], both in the manifest's order. What it
     * throws reaches the app as [SegmentationException.EngineFailed] with its message.
     */
    public fun run(program: String, inputs: List<EngineTensor>, outputs: List<EngineTensor>)

    /** Called once, when the last segmenter or session that uses the engine is closed. */
    override fun close() {}
}

/** Makes engines for bundles of one [target]. */
public interface EngineFactory {
    /** For messages: "ExecuTorch". */
    public val name: String

    /** The bundles that it executes. */
    public val target: BundleTarget

    /** Loads the bundle's programs. Called on a background thread; may block. */
    public fun create(bundle: ModelBundle): Engine
}
