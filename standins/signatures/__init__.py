"""Read declarations from Kotlin, Java and Swift, and compare our stand-ins to recorded ones."""
