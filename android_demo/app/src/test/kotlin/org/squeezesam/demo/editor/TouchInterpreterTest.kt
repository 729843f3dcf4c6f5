package org.squeezesam.demo.editor

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class TouchInterpreterTest {
    private val touch = TouchInterpreter(Finger(100f, 100f), slop = 10f)

    private fun at(vararg places: Pair<Int, Int>): List<Finger> =
        places.map { (x, y) -> Finger(x.toFloat(), y.toFloat()) }

    @Test
    fun `a finger that trembles and is lifted is a tap where it came down`() {
        assertNull(touch.moved(at(106 to 108)))
        assertTrue(touch.awaitsLongPress)
        assertEquals(Touch.Tap(100f, 100f), touch.lifted())
    }

    @Test
    fun `a finger that rests is a long press, and lifting it then is nothing`() {
        assertEquals(Touch.LongPress(100f, 100f), touch.rested())
        assertNull(touch.moved(at(200 to 200)))
        assertNull(touch.lifted())
    }

    @Test
    fun `a finger that moves draws a box and no long press`() {
        assertEquals(Touch.Stretching(100f, 100f, 120f, 90f), touch.moved(at(120 to 90)))
        assertFalse(touch.awaitsLongPress)
        assertNull(touch.rested())
        assertEquals(Touch.Stretching(100f, 100f, 101f, 101f), touch.moved(at(101 to 101)))
        touch.moved(at(180 to 60))
        assertEquals(Touch.Box(100f, 100f, 180f, 60f), touch.lifted())
    }

    @Test
    fun `two fingers pinch by their distance and move by their middle`() {
        assertNull(touch.moved(at(100 to 100, 200 to 100)))
        assertEquals(
            Touch.Pinch(2f, 150f, 100f, 10f, 5f),
            touch.moved(at(60 to 105, 260 to 105)),
        )
        assertNull(touch.moved(at(60 to 105)))
        assertNull(touch.moved(at(300 to 300)))
        assertNull(touch.lifted())
    }

    @Test
    fun `two fingers in one place do not divide by nothing`() {
        touch.moved(at(100 to 100, 100 to 100))
        assertEquals(
            Touch.Pinch(1f, 100f, 100f, 20f, 0f),
            touch.moved(at(110 to 100, 130 to 100)),
        )
    }

    @Test
    fun `a second finger takes the box away and it does not come back`() {
        touch.moved(at(150 to 150))
        assertEquals(Touch.Abandoned, touch.moved(at(150 to 150, 10 to 10)))
        assertNull(touch.moved(at(150 to 150)))
        assertNull(touch.lifted())
    }

    @Test
    fun `fingers taken away by the system leave nothing behind`() {
        assertNull(touch.cancelled())
        assertNull(touch.lifted())
        val drawing = TouchInterpreter(Finger(0f, 0f), slop = 10f)
        drawing.moved(at(50 to 50))
        assertEquals(Touch.Abandoned, drawing.cancelled())
        assertNull(drawing.lifted())
    }
}
