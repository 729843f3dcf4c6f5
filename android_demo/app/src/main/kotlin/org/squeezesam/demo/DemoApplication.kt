package org.squeezesam.demo

import android.app.Application

/** Holds what all screens share. */
internal class DemoApplication : Application() {
    val models: Models by lazy { Models(this) }
}
