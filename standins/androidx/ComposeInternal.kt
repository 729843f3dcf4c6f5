@file:JvmName("ComposableLambdaKt")
@file:Suppress("unused")

package androidx.compose.runtime.internal

import androidx.compose.runtime.Composable
import androidx.compose.runtime.Composer

// What the Compose compiler's generated code calls.

public interface ComposableLambda

public fun composableLambda(
    composer: Composer,
    key: Int,
    tracked: Boolean,
    block: Any,
): ComposableLambda = throw UnsupportedOperationException()

public fun composableLambdaInstance(key: Int, tracked: Boolean, block: Any): ComposableLambda =
    throw UnsupportedOperationException()

@Composable
public fun rememberComposableLambda(key: Int, tracked: Boolean, block: Any): ComposableLambda =
    throw UnsupportedOperationException()

@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.CLASS)
public annotation class StabilityInferred(val parameters: Int)

@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.FUNCTION, AnnotationTarget.PROPERTY_GETTER)
public annotation class FunctionKeyMeta(val key: Int, val startOffset: Int, val endOffset: Int)

@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.CLASS)
public annotation class FunctionKeyMetaClass(val file: String)
