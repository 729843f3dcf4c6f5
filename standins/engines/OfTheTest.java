package standins;

/** On what a stand-in has for its tests and the real library has not. */
public @interface OfTheTest {}
