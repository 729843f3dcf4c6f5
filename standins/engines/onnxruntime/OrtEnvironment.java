package ai.onnxruntime;

import android.system.Os;
import java.io.File;

public class OrtEnvironment {
    private static final OrtEnvironment instance = new OrtEnvironment();

    /** Like the library, which reads the variable once, here. */
    public static OrtEnvironment getEnvironment() {
        if (!"1".equals(Os.environment.get("ORT_DISABLE_TELEMETRY"))) {
            throw new IllegalStateException("telemetry would be on");
        }
        return instance;
    }

    public OrtSession createSession(String modelPath, OrtSession.SessionOptions options)
            throws OrtException {
        return new OrtSession(new File(modelPath).getName(), options);
    }
}
