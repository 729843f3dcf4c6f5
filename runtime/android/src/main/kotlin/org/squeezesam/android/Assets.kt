package org.squeezesam.android

import android.content.Context
import android.content.res.AssetManager
import java.io.File
import org.squeezesam.BundleInstaller
import org.squeezesam.ModelBundle
import org.squeezesam.SegmentationException

/**
 * Opens the bundle in the folder [path] of the app's assets ("models/squeezesam"). Engines read
 * files: at the first start it is copied into the app's private storage, and verified; see
 * [BundleInstaller].
 *
 *     segmenter.load { ModelBundle.fromAssets(context, "models/squeezesam") }
 *
 * Throws [SegmentationException.UnusableBundle] and its kinds.
 */
public suspend fun ModelBundle.Companion.fromAssets(context: Context, path: String): ModelBundle {
    val assets = context.assets
    val folder = path.trim('/')
    // Not in backups: it comes with the app.
    val installer = BundleInstaller(File(context.noBackupFilesDir, "squeezesam"))
    return installer.install(filesIn(assets, folder)) { assets.open("$folder/$it") }
}

/** All files under [folder], relative to it. Assets have no other way to tell file from folder. */
private fun filesIn(assets: AssetManager, folder: String): List<String> =
    assets.list(folder).orEmpty().flatMap { name ->
        val inside = filesIn(assets, "$folder/$name")
        if (inside.isEmpty()) listOf(name) else inside.map { "$name/$it" }
    }
