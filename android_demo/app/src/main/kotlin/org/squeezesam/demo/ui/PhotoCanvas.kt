package org.squeezesam.demo.ui

import android.graphics.Bitmap
import androidx.compose.foundation.Canvas
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.saveable.Saver
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.asComposePath
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.hapticfeedback.HapticFeedbackType
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.layout.onSizeChanged
import androidx.compose.ui.platform.LocalHapticFeedback
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.unit.IntSize
import kotlin.math.roundToInt
import org.squeezesam.Prompt
import org.squeezesam.Size
import org.squeezesam.android.toPath
import org.squeezesam.demo.R
import org.squeezesam.demo.editor.EditorState
import org.squeezesam.demo.editor.PhotoViewport
import org.squeezesam.demo.editor.Touch
import org.squeezesam.demo.editor.Zoom

/** The photo with the outline of the mask; fingers on it become prompts. */
@Composable
internal fun PhotoCanvas(
    picture: Bitmap,
    photoSize: Size,
    state: EditorState,
    actions: EditorActions,
    modifier: Modifier,
) {
    // Another photo begins unzoomed.
    var zoom by rememberSaveable(picture, stateSaver = ZoomSaver) { mutableStateOf(Zoom()) }
    var view by remember { mutableStateOf(IntSize.Zero) }
    var stretching by remember { mutableStateOf<Touch.Stretching?>(null) }
    val viewport = PhotoViewport(photoSize, view.width.toFloat(), view.height.toFloat(), zoom)
    val haptics = LocalHapticFeedback.current
    val onTouch by rememberUpdatedState { touch: Touch ->
        stretching = touch as? Touch.Stretching
        if (touch is Touch.LongPress) haptics.performHapticFeedback(HapticFeedbackType.LongPress)
        if (touch is Touch.Pinch) zoom = viewport.pinched(touch)
        viewport.promptOf(touch)?.let(actions.add)
        Unit
    }
    val image = remember(picture) { picture.asImageBitmap() }
    val outline = state.selection?.outline
    val path = remember(outline) { outline?.toPath()?.asComposePath() }
    val phase = outlinePhase()
    Canvas(
        modifier
            .onSizeChanged { view = it }
            .pointerInput(Unit) { interpretTouches { onTouch(it) } }
            .described(state, photoSize, actions),
    ) {
        drawPhoto(image, viewport)
        if (path != null) drawOutline(path, viewport, phase.value)
        drawPrompts(state.selection?.prompts ?: state.history.prompts, viewport)
        stretching?.let { drawStretching(it) }
    }
}

private fun PhotoViewport.pinched(pinch: Touch.Pinch): Zoom =
    transformed(pinch.factor, pinch.focusX, pinch.focusY, pinch.panX, pinch.panY)

private fun PhotoViewport.promptOf(touch: Touch): Prompt? =
    when (touch) {
        is Touch.Tap -> clickAt(touch.x, touch.y, foreground = true)
        is Touch.LongPress -> clickAt(touch.x, touch.y, foreground = false)
        is Touch.Box -> boxBetween(touch.fromX, touch.fromY, touch.toX, touch.toY)
        else -> null
    }

/** What TalkBack says, and clicks for those who cannot see where to tap. */
@Composable
private fun Modifier.described(
    state: EditorState,
    photoSize: Size,
    actions: EditorActions,
): Modifier {
    val photo = stringResource(R.string.photo_description)
    val share = ((state.selection?.coverage ?: 0.0) * 100).roundToInt()
    val selected =
        if (state.canExport) {
            stringResource(R.string.selected_share, share)
        } else {
            stringResource(R.string.nothing_selected)
        }
    val include = stringResource(R.string.include_middle)
    val exclude = stringResource(R.string.exclude_middle)
    val x = (photoSize.width - 1) / 2.0
    val y = (photoSize.height - 1) / 2.0
    return semantics {
        contentDescription = photo
        stateDescription = selected
        liveRegion = LiveRegionMode.Polite
        customActions =
            listOfNotNull(
                CustomAccessibilityAction(include) {
                    actions.add(Prompt.Foreground(x, y))
                    true
                },
                CustomAccessibilityAction(exclude) {
                    actions.add(Prompt.Background(x, y))
                    true
                }.takeIf { state.canExclude },
            )
    }
}

private val ZoomSaver =
    Saver<Zoom, FloatArray>(
        save = { floatArrayOf(it.factor, it.centreX, it.centreY) },
        restore = { Zoom(it[0], it[1], it[2]) },
    )
