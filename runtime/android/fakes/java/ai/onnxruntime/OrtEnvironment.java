package ai.onnxruntime;

import java.io.File;

public class OrtEnvironment {
    private static final OrtEnvironment instance = new OrtEnvironment();

    public static OrtEnvironment getEnvironment() {
        return instance;
    }

    public OrtSession createSession(String modelPath, OrtSession.SessionOptions options)
            throws OrtException {
        return new OrtSession(new File(modelPath).getName(), options);
    }
}
