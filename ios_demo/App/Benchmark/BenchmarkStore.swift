import BenchmarkModel
import SwiftUI

/// A benchmark as a screen watches it.
@MainActor
final class BenchmarkStore: ObservableObject {
    enum Phase {
        case idle
        case running(BenchmarkProgress?)
        case done(BenchmarkResult, URL)
        case failed(BenchmarkFailure)
    }

    @Published private(set) var phase = Phase.idle
    private var task: Task<Void, Never>?

    static let file = URL.documentsDirectory.appendingPathComponent("benchmark.json")

    var isRunning: Bool {
        if case .running = phase { return true }
        return false
    }

    func start(_ settings: BenchmarkSettings) {
        guard !isRunning else { return }
        task = Task { await run(settings) }
    }

    func cancel() {
        task?.cancel()
    }

    /// Measures, writes the file, and says on the console what docs/benchmarks.md asks for.
    ///
    /// - Returns: whether there is a result.
    @discardableResult
    func run(_ settings: BenchmarkSettings) async -> Bool {
        let console = BenchmarkConsole(run: settings.run, write: standardOutput)
        phase = .running(nil)
        UIApplication.shared.isIdleTimerDisabled = true
        defer { UIApplication.shared.isIdleTimerDisabled = false }
        do {
            try? FileManager.default.removeItem(at: Self.file)
            console.begin()
            let result = try await measured(settings, console)
            let json = try result.json()
            try result.write(to: Self.file)
            console.end(json)
            phase = .done(result, Self.file)
            return true
        } catch {
            let failure = BenchmarkFailure(error, run: settings.run)
            console.error(failure)
            phase = .failed(failure)
            return false
        }
    }

    /// For arguments that make no sense.
    func fail(_ failure: BenchmarkFailure) {
        BenchmarkConsole(run: failure.run, write: standardOutput).error(failure)
        phase = .failed(failure)
    }

    private func measured(
        _ settings: BenchmarkSettings, _ console: BenchmarkConsole
    ) async throws -> BenchmarkResult {
        let runner = BenchmarkRunner(settings, device: Phone(), bundles: .app) { progress in
            console.progress(progress)
            Task { @MainActor [weak self] in self?.show(progress) }
        }
        let sample = await Task.detached { SamplePhoto() }.value
        return try await runner.run(sample: sample)
    }

    private func show(_ progress: BenchmarkProgress) {
        if isRunning { phase = .running(progress) }
    }
}

/// Unbuffered, so that a script sees every line when it is written.
@Sendable private func standardOutput(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
