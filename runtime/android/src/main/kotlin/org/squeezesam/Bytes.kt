package org.squeezesam

import java.nio.ByteBuffer

/** A range of bytes as native code takes it: [store] is a direct [ByteBuffer] or a [ByteArray]. */
internal class Bytes(val store: Any, val offset: Int, val size: Int) {
    companion object {
        fun of(buffer: ByteBuffer): Bytes {
            val size = buffer.remaining()
            return when {
                buffer.isDirect -> Bytes(buffer, buffer.position(), size)
                buffer.hasArray() ->
                    Bytes(buffer.array(), buffer.arrayOffset() + buffer.position(), size)
                else -> Bytes(ByteArray(size).also { buffer.duplicate().get(it) }, 0, size)
            }
        }

        /** The same for a buffer that is written to. */
        fun writable(buffer: ByteBuffer): Bytes {
            if (buffer.isReadOnly) {
                throw SegmentationException.InvalidArgument("the output buffer is read-only")
            }
            return of(buffer)
        }
    }
}
