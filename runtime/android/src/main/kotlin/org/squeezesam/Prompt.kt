package org.squeezesam

/**
 * What a person points at, in pixels of the upright photo: origin top left, x right, y down, the
 * centre of the first pixel is (0, 0).
 */
public sealed interface Prompt {
    /** True if it was found in the heat map, false if a person did. */
    public val automatic: Boolean

    /** A click on what belongs to the object. */
    public data class Foreground(
        val x: Double,
        val y: Double,
        override val automatic: Boolean = false,
    ) : Prompt

    /** A click on what does not belong to the object. */
    public data class Background(
        val x: Double,
        val y: Double,
        override val automatic: Boolean = false,
    ) : Prompt

    /** A rectangle round the object, from its top left to its bottom right corner. */
    public data class Box(
        val x0: Double,
        val y0: Double,
        val x1: Double,
        val y1: Double,
        override val automatic: Boolean = false,
    ) : Prompt
}

/** How clicks are found in what stands out in a photo. */
public sealed interface AutomaticClicks {
    /** Its centre and those of its quarters: how every session begins. */
    public data object Centres : AutomaticClicks

    /**
     * Three of its pixels drawn by [seed], as EfficientSAM does. A seed draws the same clicks in
     * every language and on every machine.
     */
    public data class Random(val seed: UInt) : AutomaticClicks
}

/** Six numbers a prompt: kind, automatic, x0, y0, x1, y1. */
internal fun promptsOf(numbers: DoubleArray): List<Prompt> =
    List(numbers.size / 6) { index ->
        val (kind, automatic, x0, y0, x1) = numbers.copyOfRange(6 * index, 6 * index + 5).asList()
        val found = automatic != 0.0
        when (kind.toInt()) {
            0 -> Prompt.Background(x0, y0, found)
            1 -> Prompt.Foreground(x0, y0, found)
            else -> Prompt.Box(x0, y0, x1, numbers[6 * index + 5], found)
        }
    }
