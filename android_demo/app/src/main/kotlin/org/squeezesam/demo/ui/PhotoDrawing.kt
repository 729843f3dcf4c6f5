package org.squeezesam.demo.ui

import androidx.compose.animation.core.LinearEasing
import androidx.compose.animation.core.RepeatMode
import androidx.compose.animation.core.animateFloat
import androidx.compose.animation.core.infiniteRepeatable
import androidx.compose.animation.core.rememberInfiniteTransition
import androidx.compose.animation.core.tween
import androidx.compose.runtime.Composable
import androidx.compose.runtime.State
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.PathEffect
import androidx.compose.ui.graphics.PathFillType
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.graphics.drawscope.withTransform
import androidx.compose.ui.unit.dp
import org.squeezesam.Prompt
import org.squeezesam.demo.editor.PhotoViewport
import org.squeezesam.demo.editor.Touch

/** Runs from 0 to 1 again and again: the outline's dashes walk along it. */
@Composable
internal fun outlinePhase(): State<Float> =
    rememberInfiniteTransition(label = "outline").animateFloat(
        initialValue = 0f,
        targetValue = 1f,
        animationSpec = infiniteRepeatable(tween(700, easing = LinearEasing), RepeatMode.Restart),
        label = "phase",
    )

internal fun DrawScope.drawPhoto(image: ImageBitmap, viewport: PhotoViewport) {
    inPhoto(viewport) { drawImage(image) }
}

/** Darkens what is not selected and draws the outline: white, with dark dashes that walk. */
internal fun DrawScope.drawOutline(outline: Path, viewport: PhotoViewport, phase: Float) {
    val dash = 6.dp.toPx() / viewport.scale
    val width = 2.dp.toPx() / viewport.scale
    val outside = Path()
    outside.fillType = PathFillType.EvenOdd
    outside.addRect(
        Rect(0f, 0f, viewport.photo.width.toFloat(), viewport.photo.height.toFloat()),
    )
    outside.addPath(outline)
    inPhoto(viewport) {
        drawPath(outside, Color.Black, alpha = 0.55f)
        drawPath(outline, Color.White, style = Stroke(width))
        drawPath(
            outline,
            Color.Black,
            style =
                Stroke(
                    width,
                    pathEffect =
                        PathEffect.dashPathEffect(floatArrayOf(dash, dash), phase * 2 * dash),
                ),
        )
    }
}

/** Green plus signs, red minus signs, and the box. Shapes too, not colours alone. */
internal fun DrawScope.drawPrompts(prompts: List<Prompt>, viewport: PhotoViewport) {
    for (prompt in prompts) {
        when (prompt) {
            is Prompt.Foreground ->
                drawMark(viewport.place(prompt.x, prompt.y), Include, isPlus = true)
            is Prompt.Background ->
                drawMark(viewport.place(prompt.x, prompt.y), Exclude, isPlus = false)
            is Prompt.Box -> {
                val from = viewport.place(prompt.x0, prompt.y0)
                val to = viewport.place(prompt.x1, prompt.y1)
                drawBox(from, to)
            }
        }
    }
}

internal fun DrawScope.drawStretching(touch: Touch.Stretching) {
    val from = Offset(minOf(touch.fromX, touch.toX), minOf(touch.fromY, touch.toY))
    val to = Offset(maxOf(touch.fromX, touch.toX), maxOf(touch.fromY, touch.toY))
    drawBox(from, to)
}

private fun DrawScope.drawMark(centre: Offset, color: Color, isPlus: Boolean) {
    val arm = 5.dp.toPx()
    val width = 2.dp.toPx()
    drawCircle(Color.White, 11.dp.toPx(), centre)
    drawCircle(color, 9.dp.toPx(), centre)
    drawLine(Color.White, centre - Offset(arm, 0f), centre + Offset(arm, 0f), width)
    if (isPlus) drawLine(Color.White, centre - Offset(0f, arm), centre + Offset(0f, arm), width)
}

private fun DrawScope.drawBox(from: Offset, to: Offset) {
    val size = Size(to.x - from.x, to.y - from.y)
    drawRect(Color.White, from, size, style = Stroke(4.dp.toPx()))
    drawRect(Include, from, size, style = Stroke(2.dp.toPx()))
}

private fun PhotoViewport.place(x: Double, y: Double) = Offset(toViewX(x), toViewY(y))

/** Draws in photo pixels, the corner of the first one at the origin, as outlines have it. */
private fun DrawScope.inPhoto(viewport: PhotoViewport, draw: DrawScope.() -> Unit) {
    withTransform({
        translate(viewport.left, viewport.top)
        scale(viewport.scale, viewport.scale, Offset.Zero)
    }) { draw() }
}

private val Include = Color(0xFF1B7F3B)
private val Exclude = Color(0xFFB3261E)
