import Foundation
import SqueezeSAM

/// Measures as docs/benchmarks.md says, row by row.
public struct BenchmarkRunner: Sendable {
    private let settings: BenchmarkSettings
    private let device: any BenchmarkDevice
    private let bundles: BundleFolders
    private let progress: @Sendable (BenchmarkProgress) -> Void

    /// - Parameter progress: called after every step, off the main thread.
    public init(
        _ settings: BenchmarkSettings, device: any BenchmarkDevice, bundles: BundleFolders,
        progress: @escaping @Sendable (BenchmarkProgress) -> Void = { _ in }
    ) {
        self.settings = settings
        self.device = device
        self.bundles = bundles
        self.progress = progress
    }

    /// Throws `BenchmarkFailure`.
    ///
    /// - Parameter sample: the photo, decoded.
    public func run(sample: SamplePhoto) async throws -> BenchmarkResult {
        do {
            return try await measured(sample)
        } catch {
            throw BenchmarkFailure(error, run: settings.run)
        }
    }

    private func measured(_ sample: SamplePhoto) async throws -> BenchmarkResult {
        guard let folder = bundles.folder(named: settings.bundle) else {
            let what = settings.bundle.map { "there is no bundle \($0)" }
            throw BenchmarkFailure(
                .noBundle, what ?? "the app was built without a bundle", run: settings.run)
        }
        let thermal = device.thermalState()
        let battery = await device.battery()
        let count = BenchmarkCount(
            total: settings.computeUnits.count * (3 + settings.warmup + 2 * settings.runs),
            report: progress)
        var rows: [BenchmarkResult.Row] = []
        for unit in settings.computeUnits {
            let row = BenchmarkRow(
                folder: folder, unit: unit, settings: settings, device: device, count: count)
            rows.append(try await row.measure(sample))
        }
        return BenchmarkResult(
            run: settings.run, date: device.date(), command: settings.command,
            commit: settings.commit, machine: await device.machine, tools: device.tools,
            photo: sample.facts, runs: settings.runs, warmup: settings.warmup,
            thermal: (thermal, device.thermalState()),
            battery: (battery, await device.battery()), rows: rows)
    }
}

/// Counts finished steps.
final class BenchmarkCount {
    private let total: Int
    private let report: (BenchmarkProgress) -> Void
    private var done = 0

    init(total: Int, report: @escaping (BenchmarkProgress) -> Void) {
        self.total = total
        self.report = report
    }

    func finish(_ part: BenchmarkProgress.Part) {
        done += 1
        report(BenchmarkProgress(done: done, total: total, part: part))
    }

    /// Steps that this bundle does not need.
    func skip(_ steps: Int) {
        done += steps
    }
}
