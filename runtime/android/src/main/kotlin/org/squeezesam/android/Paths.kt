package org.squeezesam.android

import android.graphics.Path
import org.squeezesam.Contour

/**
 * The outlines as one path with the even-odd rule, so that holes stay open. A canvas or a drawable
 * that shows the photo at another size scales the path along with it.
 */
public fun Contour.toPath(): Path {
    val path = Path()
    path.fillType = Path.FillType.EVEN_ODD
    for (ring in rings) {
        val points = ring.points
        path.moveTo(points[0], points[1])
        for (i in 2 until points.size step 2) {
            path.lineTo(points[i], points[i + 1])
        }
        path.close()
    }
    return path
}
