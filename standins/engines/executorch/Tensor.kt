package org.pytorch.executorch

import java.nio.ByteOrder
import java.nio.FloatBuffer
import standins.OfTheTest

public abstract class Tensor internal constructor(private val sides: LongArray) {
    public fun shape(): LongArray = sides.copyOf()

    public open val dataAsFloatArray: FloatArray
        get() = error("Tensor of type ${javaClass.simpleName} cannot return data as float array.")

    /** Whether its memory was handed over, not copied. */
    @OfTheTest
    public open val isDirect: Boolean
        get() = false

    private class Floats(private val data: FloatBuffer, sides: LongArray) : Tensor(sides) {
        override val isDirect: Boolean
            get() = data.isDirect

        override val dataAsFloatArray: FloatArray
            get() {
                data.rewind()
                return FloatArray(data.remaining()).also { data.get(it) }
            }
    }

    public companion object {
        @JvmStatic
        public fun fromBlob(data: FloatBuffer, shape: LongArray): Tensor {
            val count = shape.fold(1L) { product, side -> product * side }
            require(count == data.capacity().toLong() && data.isDirect) {
                "Inconsistent data capacity, or not direct"
            }
            require(data.order() == ByteOrder.nativeOrder()) { "not in native byte order" }
            return Floats(data, shape)
        }

        /** As native code makes them. */
        @OfTheTest
        public fun of(values: FloatArray): Tensor =
            Floats(FloatBuffer.wrap(values), longArrayOf(values.size.toLong()))
    }
}
