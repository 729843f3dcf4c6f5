import BenchmarkModel
import SwiftUI

/// The benchmark mode that benchmarks/iphone_latency.py starts (docs/benchmarks.md).
struct BenchmarkLaunch {
    let settings: Result<BenchmarkSettings, BenchmarkFailure>

    /// Nil where the arguments do not ask for it.
    init?(arguments: [String]) {
        do {
            guard let settings = try BenchmarkSettings.parse(arguments) else { return nil }
            self.settings = .success(settings)
        } catch {
            settings = .failure(BenchmarkFailure(error, run: "manual"))
        }
    }
}

/// Measures without a touch, and ends the process.
struct BenchmarkLaunchScreen: View {
    let launch: BenchmarkLaunch
    @StateObject private var store = BenchmarkStore()

    var body: some View {
        Form {
            BenchmarkOutcome(phase: store.phase)
        }
        .task {
            switch launch.settings {
            case .success(let settings):
                exit(await store.run(settings) ? 0 : 1)
            case .failure(let failure):
                store.fail(failure)
                exit(1)
            }
        }
    }
}
