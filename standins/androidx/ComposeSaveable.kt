package androidx.compose.runtime.saveable

import androidx.compose.runtime.Composable
import androidx.compose.runtime.MutableState

public fun interface SaverScope {
    public fun canBeSaved(value: Any): Boolean
}

public interface Saver<Original, Saveable : Any> {
    public fun SaverScope.save(value: Original): Saveable?

    public fun restore(value: Saveable): Original?
}

public fun <Original, Saveable : Any> Saver(
    save: SaverScope.(value: Original) -> Saveable?,
    restore: (value: Saveable) -> Original?,
): Saver<Original, Saveable> = throw UnsupportedOperationException()

@Composable
public fun <T : Any> rememberSaveable(
    vararg inputs: Any?,
    saver: Saver<T, out Any> = throw UnsupportedOperationException(),
    key: String? = null,
    init: () -> T,
): T = throw UnsupportedOperationException()

@Composable
public fun <T> rememberSaveable(
    vararg inputs: Any?,
    stateSaver: Saver<T, out Any>,
    key: String? = null,
    init: () -> MutableState<T>,
): MutableState<T> = throw UnsupportedOperationException()
