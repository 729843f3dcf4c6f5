package org.pytorch.executorch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class Module {
    /** Of the test. */
    public interface Program {
        List<Tensor> run(List<Tensor> inputs);
    }

    public static final int LOAD_MODE_MMAP = 1;

    /** By file name: what the program makes of its inputs. Of the test. */
    public static final Map<String, Program> programs = new HashMap<>();

    /** Files loaded, and later their destruction. Of the test. */
    public static final List<String> log = new ArrayList<>();

    private final String name;
    private boolean destroyed;

    private Module(String name) {
        this.name = name;
    }

    public static Module load(String modelPath, int loadMode, int numThreads) {
        String name = new java.io.File(modelPath).getName();
        log.add("load " + name + " " + loadMode + " " + numThreads);
        return new Module(name);
    }

    public int loadMethod(String methodName) {
        if (!programs.containsKey(name)) {
            throw new IllegalStateException("Failed to load method: " + methodName);
        }
        return 0;
    }

    public EValue[] execute(String methodName, EValue... inputs) {
        if (destroyed || !methodName.equals("forward")) {
            throw new IllegalStateException("Module has been destroyed");
        }
        List<Tensor> given = new ArrayList<>();
        for (EValue input : inputs) {
            given.add(input.toTensor());
        }
        List<EValue> found = new ArrayList<>();
        for (Tensor tensor : programs.get(name).run(given)) {
            found.add(EValue.from(tensor));
        }
        return found.toArray(new EValue[0]);
    }

    public void destroy() {
        destroyed = true;
        log.add("destroy " + name);
    }
}
