@file:Suppress("unused", "UnusedReceiverParameter")

package androidx.lifecycle

import android.app.Application
import kotlinx.coroutines.CoroutineScope

public interface LifecycleOwner

public abstract class LifecycleCoroutineScope internal constructor() : CoroutineScope

public val LifecycleOwner.lifecycleScope: LifecycleCoroutineScope
    get() = throw UnsupportedOperationException()

public abstract class ViewModel {
    protected open fun onCleared() {}
}

public open class AndroidViewModel(private val application: Application) : ViewModel()

public val ViewModel.viewModelScope: CoroutineScope
    get() = throw UnsupportedOperationException()

public open class ViewModelProvider internal constructor() {
    public interface Factory
}

public class SavedStateHandle {
    public operator fun <T> get(key: String): T? = throw UnsupportedOperationException()

    public operator fun <T> set(key: String, value: T?): Unit =
        throw UnsupportedOperationException()
}
