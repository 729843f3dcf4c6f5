package org.squeezesam.demo.editor

import kotlin.math.hypot

/** A finger on the view, in screen pixels. */
internal data class Finger(val x: Float, val y: Float)

/** What the fingers did. */
internal sealed interface Touch {
    data class Tap(val x: Float, val y: Float) : Touch

    data class LongPress(val x: Float, val y: Float) : Touch

    /** A box is being drawn; nothing is decided yet. */
    data class Stretching(val fromX: Float, val fromY: Float, val toX: Float, val toY: Float) :
        Touch

    /** The box is drawn. */
    data class Box(val fromX: Float, val fromY: Float, val toX: Float, val toY: Float) : Touch

    /** The box that was being drawn is not wanted: a second finger came. */
    data object Abandoned : Touch

    /** Two fingers zoom and move the photo; see [PhotoViewport.transformed]. */
    data class Pinch(
        val factor: Float,
        val focusX: Float,
        val focusY: Float,
        val panX: Float,
        val panY: Float,
    ) : Touch
}

/**
 * Tells taps, long presses, boxes and pinches apart, from the first finger down to the last one up.
 * One of these a sequence.
 *
 * @param slop how far a finger may tremble before it is a drag, in screen pixels.
 */
internal class TouchInterpreter(private val start: Finger, private val slop: Float) {
    private enum class Kind { UNDECIDED, BOX, PINCH, OVER }

    private var kind = Kind.UNDECIDED
    private var last = listOf(start)

    /** Whether the sequence may still become a long press. */
    val awaitsLongPress: Boolean
        get() = kind == Kind.UNDECIDED

    /** The fingers are now here: at least one. */
    fun moved(fingers: List<Finger>): Touch? {
        val before = last
        last = fingers
        return when {
            kind == Kind.OVER -> null
            fingers.size > 1 -> pinched(before, fingers)
            kind == Kind.PINCH -> null
            else -> dragged(fingers.first())
        }
    }

    /** The first finger has rested for the time of a long press. */
    fun rested(): Touch? {
        if (kind != Kind.UNDECIDED) return null
        kind = Kind.OVER
        return Touch.LongPress(start.x, start.y)
    }

    /** The last finger has been lifted. */
    fun lifted(): Touch? {
        val finished = kind
        kind = Kind.OVER
        val end = last.first()
        return when (finished) {
            Kind.UNDECIDED -> Touch.Tap(start.x, start.y)
            Kind.BOX -> Touch.Box(start.x, start.y, end.x, end.y)
            else -> null
        }
    }

    /** Something else has taken the fingers, such as the system's back gesture. */
    fun cancelled(): Touch? {
        val wasBox = kind == Kind.BOX
        kind = Kind.OVER
        return if (wasBox) Touch.Abandoned else null
    }

    private fun dragged(finger: Finger): Touch? {
        if (kind == Kind.UNDECIDED && hypot(finger.x - start.x, finger.y - start.y) <= slop) {
            return null
        }
        kind = Kind.BOX
        return Touch.Stretching(start.x, start.y, finger.x, finger.y)
    }

    private fun pinched(before: List<Finger>, now: List<Finger>): Touch? {
        val wasBox = kind == Kind.BOX
        kind = Kind.PINCH
        if (wasBox) return Touch.Abandoned
        if (before.size < 2) return null
        val (x0, y0) = middle(before)
        val (x1, y1) = middle(now)
        val spread = spread(before)
        val factor = if (spread > 0f) spread(now) / spread else 1f
        return Touch.Pinch(factor, x0, y0, x1 - x0, y1 - y0)
    }

    private fun middle(fingers: List<Finger>): Finger =
        Finger((fingers[0].x + fingers[1].x) / 2, (fingers[0].y + fingers[1].y) / 2)

    private fun spread(fingers: List<Finger>): Float =
        hypot(fingers[0].x - fingers[1].x, fingers[0].y - fingers[1].y)
}
