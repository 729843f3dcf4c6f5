@file:Suppress("unused")

package androidx.compose.ui.graphics

import android.graphics.Bitmap
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Rect

@JvmInline
public value class Color(public val value: ULong) {
    public companion object {
        public val Black: Color = Color(0UL)
        public val White: Color = Color(0UL)
    }
}

public fun Color(color: Long): Color = throw UnsupportedOperationException()

@JvmInline
public value class PathFillType internal constructor(private val value: Int) {
    public companion object {
        public val EvenOdd: PathFillType = PathFillType(1)
    }
}

public interface Path {
    public var fillType: PathFillType

    public fun addRect(rect: Rect, direction: Direction = Direction.CounterClockwise)

    public fun addPath(path: Path, offset: Offset = Offset.Zero)

    public enum class Direction { CounterClockwise, Clockwise }
}

public fun Path(): Path = throw UnsupportedOperationException()

public fun android.graphics.Path.asComposePath(): Path = throw UnsupportedOperationException()

public interface PathEffect {
    public companion object {
        public fun dashPathEffect(intervals: FloatArray, phase: Float = 0f): PathEffect =
            throw UnsupportedOperationException()
    }
}

public interface ImageBitmap

public fun Bitmap.asImageBitmap(): ImageBitmap = throw UnsupportedOperationException()

public interface GraphicsLayerScope {
    public var scaleX: Float
    public var scaleY: Float
}

public fun Modifier.graphicsLayer(block: GraphicsLayerScope.() -> Unit): Modifier =
    throw UnsupportedOperationException()
