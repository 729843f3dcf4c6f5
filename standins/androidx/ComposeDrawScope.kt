@file:Suppress("unused")

package androidx.compose.ui.graphics.drawscope

import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.PathEffect
import androidx.compose.ui.unit.Density
import standins.Omitted

@DslMarker
public annotation class DrawScopeMarker

public sealed class DrawStyle

public object Fill : DrawStyle()

public class Stroke(
    public val width: Float = 0f,
    public val miter: Float = 4f,
    gap: Omitted = Omitted.here,
    public val pathEffect: PathEffect? = null,
) : DrawStyle()

@DrawScopeMarker
public interface DrawTransform {
    public val center: Offset

    public fun translate(left: Float = 0f, top: Float = 0f)

    public fun scale(scaleX: Float, scaleY: Float, pivot: Offset = center)
}

@DrawScopeMarker
public interface DrawScope : Density {
    public val center: Offset
    public val size: Size

    public fun drawImage(
        image: ImageBitmap,
        topLeft: Offset = Offset.Zero,
        alpha: Float = 1f,
        style: DrawStyle = Fill,
        gap: Omitted = Omitted.here,
    )

    public fun drawPath(
        path: Path,
        color: Color,
        alpha: Float = 1f,
        style: DrawStyle = Fill,
        gap: Omitted = Omitted.here,
    )

    public fun drawCircle(
        color: Color,
        radius: Float = 0f,
        center: Offset = this.center,
        alpha: Float = 1f,
        style: DrawStyle = Fill,
        gap: Omitted = Omitted.here,
    )

    public fun drawLine(
        color: Color,
        start: Offset,
        end: Offset,
        strokeWidth: Float = 0f,
        gap: Omitted = Omitted.here,
    )

    public fun drawRect(
        color: Color,
        topLeft: Offset = Offset.Zero,
        size: Size = this.size,
        alpha: Float = 1f,
        style: DrawStyle = Fill,
        gap: Omitted = Omitted.here,
    )
}

public inline fun DrawScope.withTransform(
    transformBlock: DrawTransform.() -> Unit,
    drawBlock: DrawScope.() -> Unit,
): Unit = throw UnsupportedOperationException()
