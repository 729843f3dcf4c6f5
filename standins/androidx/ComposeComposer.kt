@file:JvmName("ComposerKt")
@file:Suppress("unused")

package androidx.compose.runtime

// What the Compose compiler's generated code calls.

public interface Applier<N>

public interface ScopeUpdateScope {
    public fun updateScope(block: (Composer, Int) -> Unit)
}

public interface Composer {
    public val skipping: Boolean
    public val defaultsInvalid: Boolean
    public val inserting: Boolean
    public val applier: Applier<*>

    public fun startReplaceableGroup(key: Int)

    public fun endReplaceableGroup()

    public fun startReplaceGroup(key: Int)

    public fun endReplaceGroup()

    public fun startMovableGroup(key: Int, dataKey: Any?)

    public fun endMovableGroup()

    public fun startDefaults()

    public fun endDefaults()

    public fun startRestartGroup(key: Int): Composer

    public fun endRestartGroup(): ScopeUpdateScope?

    public fun skipToGroupEnd()

    public fun deactivateToEndGroup(changed: Boolean)

    public fun skipCurrentGroup()

    public fun startReusableGroup(key: Int, dataKey: Any?)

    public fun endReusableGroup()

    public fun shouldExecute(parametersChanged: Boolean, flags: Int): Boolean

    public fun joinKey(left: Any?, right: Any?): Any

    public fun rememberedValue(): Any?

    public fun updateRememberedValue(value: Any?)

    public fun changed(value: Any?): Boolean

    public fun changed(value: Boolean): Boolean

    public fun changed(value: Char): Boolean

    public fun changed(value: Byte): Boolean

    public fun changed(value: Short): Boolean

    public fun changed(value: Int): Boolean

    public fun changed(value: Float): Boolean

    public fun changed(value: Long): Boolean

    public fun changed(value: Double): Boolean

    public fun changedInstance(value: Any?): Boolean

    public fun sourceInformation(sourceInformation: String)

    public fun sourceInformationMarkerStart(key: Int, sourceInformation: String)

    public fun sourceInformationMarkerEnd()

    public companion object {
        public val Empty: Any = Any()

        public fun setDiagnosticStackTraceEnabled(enabled: Boolean): Unit = outline()
    }
}

public val currentComposer: Composer
    @ReadOnlyComposable
    @Composable
    get() = outline()

public inline fun <T> Composer.cache(
    invalid: Boolean,
    block: @DisallowComposableCalls () -> T,
): T = outline()

public fun sourceInformation(composer: Composer, sourceInformation: String): Unit = outline()

public fun sourceInformationMarkerStart(
    composer: Composer,
    key: Int,
    sourceInformation: String,
): Unit = outline()

public fun sourceInformationMarkerEnd(composer: Composer): Unit = outline()

public fun isTraceInProgress(): Boolean = outline()

public fun traceEventStart(key: Int, dirty1: Int, dirty2: Int, info: String): Unit = outline()

public fun traceEventEnd(): Unit = outline()

public fun updateChangedFlags(flags: Int): Int = outline()

@Retention(AnnotationRetention.BINARY)
public annotation class ComposeCompilerApi

public object ComposeVersion {
    @Suppress("ktlint:standard:property-naming")
    public const val version: Int = 12000
}

@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.ANNOTATION_CLASS)
public annotation class ComposableTargetMarker(val description: String = "")

@Retention(AnnotationRetention.BINARY)
@Target(
    AnnotationTarget.FILE,
    AnnotationTarget.FUNCTION,
    AnnotationTarget.PROPERTY_GETTER,
    AnnotationTarget.TYPE,
    AnnotationTarget.TYPE_PARAMETER,
)
public annotation class ComposableTarget(val applier: String)

@Retention(AnnotationRetention.BINARY)
@Target(
    AnnotationTarget.FUNCTION,
    AnnotationTarget.PROPERTY_GETTER,
    AnnotationTarget.TYPE,
    AnnotationTarget.TYPE_PARAMETER,
)
public annotation class ComposableOpenTarget(val index: Int)

@Retention(AnnotationRetention.BINARY)
@Target(
    AnnotationTarget.FUNCTION,
    AnnotationTarget.PROPERTY_GETTER,
    AnnotationTarget.TYPE,
    AnnotationTarget.TYPE_PARAMETER,
)
public annotation class ComposableInferredTarget(val scheme: String)
