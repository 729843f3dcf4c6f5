@file:Suppress("unused", "UnusedReceiverParameter")

package androidx.activity

import android.app.Activity
import android.os.Bundle
import androidx.lifecycle.LifecycleOwner
import androidx.lifecycle.ViewModel
import androidx.lifecycle.ViewModelProvider

public class BackEventCompat internal constructor(public val progress: Float)

public open class ComponentActivity :
    Activity(),
    LifecycleOwner {
    override fun onCreate(savedInstanceState: Bundle?): Unit = super.onCreate(savedInstanceState)
}

public class SystemBarStyle

public fun ComponentActivity.enableEdgeToEdge(
    statusBarStyle: SystemBarStyle = SystemBarStyle(),
    navigationBarStyle: SystemBarStyle = SystemBarStyle(),
): Unit = throw UnsupportedOperationException()

public inline fun <reified VM : ViewModel> ComponentActivity.viewModels(
    noinline factoryProducer: (() -> ViewModelProvider.Factory)? = null,
): Lazy<VM> = throw UnsupportedOperationException()
