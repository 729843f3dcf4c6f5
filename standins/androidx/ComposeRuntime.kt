@file:Suppress("NOTHING_TO_INLINE", "ktlint:standard:property-naming", "unused")

package androidx.compose.runtime

import kotlin.reflect.KProperty
import kotlinx.coroutines.CoroutineScope

@Retention(AnnotationRetention.BINARY)
@Target(
    AnnotationTarget.FUNCTION,
    AnnotationTarget.TYPE,
    AnnotationTarget.TYPE_PARAMETER,
    AnnotationTarget.PROPERTY_GETTER,
)
public annotation class Composable

@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.FUNCTION, AnnotationTarget.PROPERTY_GETTER)
public annotation class ReadOnlyComposable

@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.TYPE)
public annotation class DisallowComposableCalls

@Retention(AnnotationRetention.BINARY)
public annotation class Stable

@Retention(AnnotationRetention.BINARY)
public annotation class Immutable

@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.ANNOTATION_CLASS, AnnotationTarget.CLASS)
public annotation class StableMarker

@Stable
public interface State<out T> {
    public val value: T
}

@Stable
public interface MutableState<T> : State<T> {
    override var value: T
}

@Stable
public interface MutableFloatState : MutableState<Float> {
    public var floatValue: Float
}

public interface SnapshotMutationPolicy<T>

public fun <T> structuralEqualityPolicy(): SnapshotMutationPolicy<T> = outline()

public fun <T> mutableStateOf(
    value: T,
    policy: SnapshotMutationPolicy<T> = structuralEqualityPolicy(),
): MutableState<T> = outline()

public fun mutableFloatStateOf(value: Float): MutableFloatState = outline()

public inline operator fun <T> State<T>.getValue(thisObj: Any?, property: KProperty<*>): T =
    outline()

public inline operator fun <T> MutableState<T>.setValue(
    thisObj: Any?,
    property: KProperty<*>,
    value: T,
): Unit = outline()

@Composable
public inline fun <T> remember(crossinline calculation: @DisallowComposableCalls () -> T): T =
    outline()

@Composable
public inline fun <T> remember(
    key1: Any?,
    crossinline calculation: @DisallowComposableCalls () -> T,
): T = outline()

@Composable
public inline fun <T> remember(
    key1: Any?,
    key2: Any?,
    crossinline calculation: @DisallowComposableCalls () -> T,
): T = outline()

@Composable
public inline fun <T> remember(
    key1: Any?,
    key2: Any?,
    key3: Any?,
    crossinline calculation: @DisallowComposableCalls () -> T,
): T = outline()

@Composable
public inline fun <T> remember(
    vararg keys: Any?,
    crossinline calculation: @DisallowComposableCalls () -> T,
): T = outline()

@Composable
public fun <T> rememberUpdatedState(newValue: T): State<T> = outline()

@Composable
public fun LaunchedEffect(key1: Any?, block: suspend CoroutineScope.() -> Unit): Unit = outline()

@Stable
public sealed class CompositionLocal<T> {
    @get:ReadOnlyComposable
    public val current: T
        @Composable
        get() = outline()
}

public abstract class ProvidableCompositionLocal<T> internal constructor() : CompositionLocal<T>()

@PublishedApi
internal fun outline(): Nothing = throw UnsupportedOperationException("an outline only")
