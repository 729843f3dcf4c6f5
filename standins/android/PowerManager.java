package android.os;

/** Of API 29, what the app uses. */
public final class PowerManager {
    public int getCurrentThermalStatus() {
        throw new UnsupportedOperationException();
    }
}
