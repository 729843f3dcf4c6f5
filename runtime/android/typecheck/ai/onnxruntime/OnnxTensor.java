package ai.onnxruntime;

import java.nio.FloatBuffer;

public class OnnxTensor extends OnnxTensorLike {
    public static native OnnxTensor createTensor(
            OrtEnvironment environment, FloatBuffer data, long[] shape) throws OrtException;

    public native FloatBuffer getFloatBuffer();
}
