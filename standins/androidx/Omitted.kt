package standins

/**
 * Stands for parameters with defaults that an outline leaves out: nothing can be given for it, so
 * that an app that passes a later parameter by position fails here as it would with the library.
 */
public class Omitted private constructor() {
    public companion object {
        public val here: Omitted = Omitted()
    }
}
