package org.squeezesam.demo.editor

import kotlin.math.max
import kotlin.math.min
import org.squeezesam.Prompt
import org.squeezesam.Size

/**
 * How far the person has zoomed in, and which point of the photo lies in the middle of the view.
 *
 * Kept apart from the view's size, so that it survives a rotation.
 *
 * @property factor 1: the whole photo is visible.
 * @property centreX share of the photo's width, 0 to 1.
 * @property centreY share of the photo's height, 0 to 1.
 */
internal data class Zoom(
    val factor: Float = 1f,
    val centreX: Float = 0.5f,
    val centreY: Float = 0.5f,
) {
    companion object {
        const val LARGEST = 8f
    }
}

/**
 * Where an upright photo lies in a view: fitted whole, then zoomed.
 *
 * View coordinates are screen pixels from the view's top left corner. Photo coordinates are the
 * library's: the centre of the first pixel is (0, 0), so that the photo's edge is at -0.5.
 */
internal data class PhotoViewport(
    val photo: Size,
    val viewWidth: Float,
    val viewHeight: Float,
    val zoom: Zoom = Zoom(),
) {
    /** Screen pixels a photo pixel. */
    val scale: Float
        get() = min(viewWidth / photo.width, viewHeight / photo.height) * zoom.factor

    /** Of the photo's left edge in the view. */
    val left: Float
        get() = viewWidth / 2 - zoom.centreX * photo.width * scale

    /** Of the photo's top edge in the view. */
    val top: Float
        get() = viewHeight / 2 - zoom.centreY * photo.height * scale

    fun toPhotoX(x: Float): Double = (x - left).toDouble() / scale - 0.5

    fun toPhotoY(y: Float): Double = (y - top).toDouble() / scale - 0.5

    fun toViewX(x: Double): Float = ((x + 0.5) * scale).toFloat() + left

    fun toViewY(y: Double): Float = ((y + 0.5) * scale).toFloat() + top

    /** The click at a place of the view; null beside the photo. */
    fun clickAt(x: Float, y: Float, foreground: Boolean): Prompt? {
        if (viewWidth <= 0 || viewHeight <= 0) return null
        val column = toPhotoX(x)
        val row = toPhotoY(y)
        if (column < -0.5 || column >= photo.width - 0.5) return null
        if (row < -0.5 || row >= photo.height - 0.5) return null
        return if (foreground) Prompt.Foreground(column, row) else Prompt.Background(column, row)
    }

    /**
     * The box between two opposite corners in the view, cut off at the photo's edge. Null where
     * less than [SMALLEST_BOX] photo pixels of it are left.
     */
    fun boxBetween(fromX: Float, fromY: Float, toX: Float, toY: Float): Prompt.Box? {
        if (viewWidth <= 0 || viewHeight <= 0) return null
        val columns = 0.0..(photo.width - 1).toDouble()
        val rows = 0.0..(photo.height - 1).toDouble()
        val x0 = toPhotoX(min(fromX, toX)).coerceIn(columns)
        val x1 = toPhotoX(max(fromX, toX)).coerceIn(columns)
        val y0 = toPhotoY(min(fromY, toY)).coerceIn(rows)
        val y1 = toPhotoY(max(fromY, toY)).coerceIn(rows)
        if (x1 - x0 < SMALLEST_BOX || y1 - y0 < SMALLEST_BOX) return null
        return Prompt.Box(x0, y0, x1, y1)
    }

    /**
     * After a pinch: [factor] times as large round the point ([focusX], [focusY]), which then moves
     * by ([panX], [panY]), all in view pixels. The photo never leaves the view.
     */
    fun transformed(factor: Float, focusX: Float, focusY: Float, panX: Float, panY: Float): Zoom {
        if (viewWidth <= 0 || viewHeight <= 0) return zoom
        val larger = (zoom.factor * factor).coerceIn(1f, Zoom.LARGEST)
        // The share of the photo under the fingers stays under them.
        val shareX = (focusX - left) / (photo.width * scale)
        val shareY = (focusY - top) / (photo.height * scale)
        val after = copy(zoom = zoom.copy(factor = larger))
        val width = photo.width * after.scale
        val height = photo.height * after.scale
        return Zoom(
            larger,
            centred(shareX - (focusX + panX - viewWidth / 2) / width, viewWidth / width),
            centred(shareY - (focusY + panY - viewHeight / 2) / height, viewHeight / height),
        )
    }

    /** [visible]: how much of the photo's length the view can show, as a share. */
    private fun centred(share: Float, visible: Float): Float =
        if (visible >= 1f) 0.5f else share.coerceIn(visible / 2, 1 - visible / 2)

    companion object {
        const val SMALLEST_BOX = 2.0
    }
}
