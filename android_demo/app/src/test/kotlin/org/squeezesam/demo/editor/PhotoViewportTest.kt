package org.squeezesam.demo.editor

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.squeezesam.Prompt
import org.squeezesam.Size

class PhotoViewportTest {
    /** 400 x 200 in 1000 x 1000: 2.5 screen pixels a photo pixel, 250 above and below. */
    private val fitted = PhotoViewport(Size(400, 200), 1000f, 1000f)

    @Test
    fun `a photo is fitted whole and centred`() {
        assertEquals(2.5f, fitted.scale, 0f)
        assertEquals(0f, fitted.left, 0f)
        assertEquals(250f, fitted.top, 0f)
    }

    @Test
    fun `the first pixel's centre is the origin and the photo's corner lies half a pixel before`() {
        assertEquals(-0.5, fitted.toPhotoX(0f), 1e-9)
        assertEquals(-0.5, fitted.toPhotoY(250f), 1e-9)
        assertEquals(0.0, fitted.toPhotoX(1.25f), 1e-9)
    }

    @Test
    fun `there and back again is the same place, zoomed too`() {
        val zoomed = fitted.copy(zoom = Zoom(3f, 0.4f, 0.6f))
        for (viewport in listOf(fitted, zoomed)) {
            assertEquals(123.0, viewport.toPhotoX(viewport.toViewX(123.0)), 1e-3)
            assertEquals(45.0, viewport.toPhotoY(viewport.toViewY(45.0)), 1e-3)
        }
    }

    @Test
    fun `a tap on the photo is a click and one beside it is none`() {
        assertEquals(Prompt.Foreground(199.5, 99.5), fitted.clickAt(500f, 500f, true))
        assertEquals(Prompt.Background(199.5, 99.5), fitted.clickAt(500f, 500f, false))
        assertNull(fitted.clickAt(500f, 249f, true))
        assertNull(fitted.clickAt(500f, 750.5f, true))
        assertNull(fitted.clickAt(-1f, 500f, true))
        assertNull(fitted.clickAt(1000f, 500f, true))
    }

    @Test
    fun `a box may be drawn from any corner and is cut off at the photo's edge`() {
        val box = Prompt.Box(39.5, 19.5, 79.5, 59.5)
        assertEquals(box, fitted.boxBetween(100f, 300f, 200f, 400f))
        assertEquals(box, fitted.boxBetween(200f, 400f, 100f, 300f))
        assertEquals(
            Prompt.Box(0.0, 0.0, 399.0, 199.0),
            fitted.boxBetween(-50f, 0f, 5000f, 2000f),
        )
    }

    @Test
    fun `a box of next to nothing or beside the photo is none`() {
        assertNull(fitted.boxBetween(100f, 300f, 103f, 400f))
        assertNull(fitted.boxBetween(100f, 10f, 300f, 200f))
    }

    @Test
    fun `a view that has not been laid out takes nothing`() {
        val empty = PhotoViewport(Size(400, 200), 0f, 0f)
        assertNull(empty.clickAt(0f, 0f, true))
        assertNull(empty.boxBetween(0f, 0f, 10f, 10f))
        assertEquals(Zoom(), empty.transformed(2f, 0f, 0f, 0f, 0f))
    }

    @Test
    fun `what is under the fingers stays under them`() {
        val (x, y) = 600f to 520f
        val before = fitted.toPhotoX(x) to fitted.toPhotoY(y)
        val zoomed = fitted.copy(zoom = fitted.transformed(4f, x, y, 0f, 0f))
        assertEquals(10f, zoomed.scale, 1e-4f)
        assertEquals(before.first, zoomed.toPhotoX(x), 1e-3)
        assertEquals(before.second, zoomed.toPhotoY(y), 1e-3)
        val moved = zoomed.copy(zoom = zoomed.transformed(1f, x, y, 30f, -20f))
        assertEquals(before.first, moved.toPhotoX(x + 30f), 1e-2)
        assertEquals(before.second, moved.toPhotoY(y - 20f), 1e-2)
    }

    @Test
    fun `the photo never leaves the view and is never smaller than fitted`() {
        assertEquals(Zoom(), fitted.transformed(0.2f, 900f, 300f, 400f, 400f))
        val far = fitted.copy(zoom = Zoom(4f)).transformed(1f, 500f, 500f, 1e6f, 1e6f)
        val corner = fitted.copy(zoom = far)
        assertEquals(0f, corner.left, 1e-2f)
        assertEquals(0f, corner.top, 1e-2f)
        assertEquals(Zoom.LARGEST, fitted.transformed(100f, 1f, 1f, 0f, 0f).factor, 0f)
    }
}
