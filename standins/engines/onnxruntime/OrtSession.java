package ai.onnxruntime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import standins.OfTheTest;

public class OrtSession implements AutoCloseable {
    @OfTheTest
    public interface Program {
        List<float[]> run(Map<String, OnnxTensor> inputs, Set<String> outputs);
    }

    /** By file name: inputs and wanted outputs to values. */
    @OfTheTest
    public static final Map<String, Program> programs = new HashMap<>();

    /** What was made and closed. */
    @OfTheTest
    public static final List<String> log = new ArrayList<>();

    private final String name;
    private final SessionOptions options;

    OrtSession(String name, SessionOptions options) throws OrtException {
        if (!programs.containsKey(name)) {
            throw new OrtException("Load model from " + name + " failed");
        }
        this.name = name;
        this.options = options;
        log.add("create " + name + " " + options.threads);
    }

    public Result run(Map<String, ? extends OnnxTensorLike> inputs, Set<String> requestedOutputs)
            throws OrtException {
        Map<String, OnnxTensor> given = new HashMap<>();
        for (Map.Entry<String, ? extends OnnxTensorLike> input : inputs.entrySet()) {
            given.put(input.getKey(), (OnnxTensor) input.getValue());
        }
        return new Result(programs.get(name).run(given, requestedOutputs));
    }

    @Override
    public void close() throws OrtException {
        if (options.closed) {
            throw new OrtException("the options were closed before the session");
        }
        log.add("close " + name);
    }

    public static class SessionOptions implements AutoCloseable {
        private int threads = 0;
        private boolean closed = false;

        public void setIntraOpNumThreads(int numThreads) throws OrtException {
            threads = numThreads;
        }

        @Override
        public void close() {
            closed = true;
            log.add("close options");
        }
    }

    public static class Result implements AutoCloseable {
        private final List<OnnxTensor> values = new ArrayList<>();

        private Result(List<float[]> found) {
            for (float[] one : found) {
                values.add(OnnxTensor.of(one));
            }
        }

        public OnnxValue get(int index) {
            return values.get(index);
        }

        @Override
        public void close() {
            for (OnnxTensor value : values) {
                value.close();
            }
        }
    }
}
