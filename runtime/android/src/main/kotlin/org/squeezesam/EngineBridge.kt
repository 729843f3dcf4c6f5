package org.squeezesam

import java.nio.Buffer
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.CharBuffer
import java.nio.charset.CodingErrorAction
import java.util.concurrent.CancellationException

/** What native code calls; it keeps exceptions away from it. */
internal class EngineBridge(private val engine: Engine, private val programs: List<ProgramInfo>) {
    /** Called from native code with a program's index: a status, and the reason in [message], NUL-terminated UTF-8. */
    @Suppress("unused")
    fun run(
        program: Int,
        inputs: Array<ByteBuffer>,
        outputs: Array<ByteBuffer>,
        message: ByteBuffer,
    ): Int {
        if (Call.current?.isCancelled == true) return Status.CANCELLED
        return try {
            val info = programs[program]
            engine.run(
                info.name,
                tensorsOf(info.inputs, inputs, readOnly = true),
                tensorsOf(info.outputs, outputs, readOnly = false),
            )
            Status.OK
        } catch (failure: Throwable) {
            Call.current?.engineFailure = failure
            explain(failure, message)
            statusOf(failure)
        }
    }

    /** Called from native code, once. */
    @Suppress("unused")
    fun release() {
        engine.close()
    }

    private fun tensorsOf(
        infos: List<TensorInfo>,
        buffers: Array<ByteBuffer>,
        readOnly: Boolean,
    ): List<EngineTensor> =
        infos.mapIndexed { index, info ->
            val floats = buffers[index].order(ByteOrder.nativeOrder()).asFloatBuffer()
            EngineTensor(info.name, info.shape, if (readOnly) floats.asReadOnlyBuffer() else floats)
        }

    private fun statusOf(failure: Throwable): Int =
        when (failure) {
            is OutOfMemoryError -> Status.OUT_OF_MEMORY
            is CancellationException, is SegmentationException.Cancelled -> Status.CANCELLED
            else -> Status.ENGINE
        }

    /** One line, cut between two characters where it is too long. */
    private fun explain(failure: Throwable, message: ByteBuffer) {
        val words =
            failure.message
                ?.split(Regex("\\s+"))
                ?.filter { it.isNotEmpty() }
                .orEmpty()
        val sentence = words.joinToString(" ").ifEmpty { failure.javaClass.simpleName }
        val encoder =
            Charsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
        // As a Buffer: older Androids know these functions there alone.
        val bounds: Buffer = message
        bounds.limit(message.capacity() - 1)
        encoder.encode(CharBuffer.wrap(sentence.replace('\u0000', ' ')), message, true)
        bounds.limit(message.capacity())
        message.put(0)
    }
}
