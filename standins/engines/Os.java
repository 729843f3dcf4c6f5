package android.system;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The process's environment, which a JVM cannot change. */
public final class Os {
    public static final Map<String, String> environment = new ConcurrentHashMap<>();

    private Os() {}

    public static void setenv(String name, String value, boolean overwrite) {
        if (overwrite) {
            environment.put(name, value);
        } else {
            environment.putIfAbsent(name, value);
        }
    }
}
