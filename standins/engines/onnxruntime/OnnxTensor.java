package ai.onnxruntime;

import java.nio.FloatBuffer;
import standins.OfTheTest;

public class OnnxTensor extends OnnxTensorLike {
    /** Tensors made and not closed yet. */
    @OfTheTest public static int open = 0;

    private final FloatBuffer data;

    private OnnxTensor(FloatBuffer data) {
        this.data = data;
        open += 1;
    }

    public static OnnxTensor createTensor(
            OrtEnvironment env, FloatBuffer data, long[] shape) throws OrtException {
        long count = 1;
        for (long side : shape) {
            count *= side;
        }
        if (count != data.remaining()) {
            throw new OrtException("Shape and buffer differ");
        }
        return new OnnxTensor(data);
    }

    /** As native code makes them. */
    @OfTheTest
    public static OnnxTensor of(float[] values) {
        return new OnnxTensor(FloatBuffer.wrap(values));
    }

    public FloatBuffer getFloatBuffer() {
        return data.duplicate();
    }

    @Override
    public void close() {
        open -= 1;
    }
}
