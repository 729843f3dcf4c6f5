package org.pytorch.executorch;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;

public class Tensor {
    /** Of the test. */
    public final FloatBuffer data;

    private final long[] shape;

    private Tensor(FloatBuffer data, long[] shape) {
        this.data = data;
        this.shape = shape;
    }

    public static Tensor fromBlob(FloatBuffer data, long[] shape) {
        long count = 1;
        for (long side : shape) {
            count *= side;
        }
        if (count != data.capacity() || !data.isDirect()
                || data.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("Inconsistent data capacity, or not direct");
        }
        return new Tensor(data, shape);
    }

    /** Of the test: as native code makes them. */
    public static Tensor of(float[] values) {
        return new Tensor(FloatBuffer.wrap(values), new long[] {values.length});
    }

    public long[] shape() {
        return shape.clone();
    }

    public float[] getDataAsFloatArray() {
        data.rewind();
        float[] values = new float[data.remaining()];
        data.get(values);
        return values;
    }
}
