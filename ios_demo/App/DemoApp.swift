import BenchmarkModel
import SwiftUI

@main
struct DemoApp: App {
    /// What the launch arguments ask for; nil for a person who opens the app.
    private let launch = BenchmarkLaunch(arguments: ProcessInfo.processInfo.arguments)

    var body: some Scene {
        WindowGroup {
            if let launch {
                BenchmarkLaunchScreen(launch: launch)
            } else {
                EditorRoot()
            }
        }
    }
}

/// Owns the networks: the benchmark mode, which loads them itself, never makes one.
private struct EditorRoot: View {
    @StateObject private var models = ModelStore()

    var body: some View {
        EditorScreen(editor: EditorStore(models: models))
            .environmentObject(models)
    }
}
