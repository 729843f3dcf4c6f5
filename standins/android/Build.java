package android.os;

import androidx.annotation.NonNull;

/** Of API 31, what the app uses. */
public class Build {
    public static final String MODEL = null;
    @NonNull
    public static final String SOC_MODEL = null;

    public static class VERSION {
        public static final int SDK_INT = Integer.parseInt("0");
        public static final String RELEASE = null;
    }

    public static class VERSION_CODES {
        public static final int Q = 29;
        public static final int S = 31;
    }
}
