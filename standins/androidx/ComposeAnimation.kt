@file:Suppress("unused", "UnusedReceiverParameter")

package androidx.compose.animation.core

import androidx.compose.runtime.Composable
import androidx.compose.runtime.State
import standins.Omitted

public fun interface Easing {
    public fun transform(fraction: Float): Float
}

public val LinearEasing: Easing = Easing { it }
public val FastOutSlowInEasing: Easing = Easing { it }

public enum class RepeatMode { Restart, Reverse }

public interface AnimationSpec<T>

public interface DurationBasedAnimationSpec<T> : AnimationSpec<T>

public class TweenSpec<T> : DurationBasedAnimationSpec<T>

public class InfiniteRepeatableSpec<T> : AnimationSpec<T>

public fun <T> tween(
    durationMillis: Int = 300,
    delayMillis: Int = 0,
    easing: Easing = FastOutSlowInEasing,
): TweenSpec<T> = throw UnsupportedOperationException()

public fun <T> infiniteRepeatable(
    animation: DurationBasedAnimationSpec<T>,
    repeatMode: RepeatMode = RepeatMode.Restart,
    gap: Omitted = Omitted.here,
): InfiniteRepeatableSpec<T> = throw UnsupportedOperationException()

public class InfiniteTransition internal constructor()

@Composable
public fun rememberInfiniteTransition(label: String = "InfiniteTransition"): InfiniteTransition =
    throw UnsupportedOperationException()

@Composable
public fun InfiniteTransition.animateFloat(
    initialValue: Float,
    targetValue: Float,
    animationSpec: InfiniteRepeatableSpec<Float>,
    label: String = "FloatAnimation",
): State<Float> = throw UnsupportedOperationException()
