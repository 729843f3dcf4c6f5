import Foundation
import SqueezeSAM

/// The measurements of one row, in the order of docs/benchmarks.md.
struct BenchmarkRow {
    let folder: URL
    let unit: ComputeUnit
    let settings: BenchmarkSettings
    let device: any BenchmarkDevice
    let count: BenchmarkCount

    func measure(_ sample: SamplePhoto) async throws -> BenchmarkResult.Row {
        var memory = PeakMemory(device)
        let cold = try await coldLoad()
        let warmStart = device.now()
        let segmenter = try await device.load(folder, unit, cold: false)
        let warm = device.now() - warmStart
        memory.look()
        count.finish(.load)

        let isAutomatic = segmenter.bundle.capabilities.contains(.automatic)
        let first = isAutomatic ? try await firstPrediction(segmenter, sample) : nil
        memory.look()
        let automatic = try await automaticTimings(segmenter, sample, isAutomatic, &memory)
        let taps = try await tapTimings(
            segmenter, sample, warmup: isAutomatic ? 0 : settings.warmup, &memory)
        if taps.isEmpty {
            throw BenchmarkFailure(.usage, "nothing was timed", run: settings.run)
        }
        var programs: [String: Distribution] = [:]
        for program in segmenter.bundle.programs {
            let timings = program.runs == .prompt ? taps : automatic
            programs[program.name] = Distribution(
                timings.compactMap { $0.programs[program.name] })
        }
        return BenchmarkResult.Row(
            bundle: try BenchmarkResult.Bundle(segmenter.bundle, folder: folder),
            engine: segmenter.bundle.target.engine,
            computeUnit: [.coreML, .coreAI].contains(segmenter.bundle.target) ? unit : nil,
            coldLoad: rounded(cold), warmLoad: rounded(warm),
            firstPrediction: first.map(rounded), programs: programs,
            automatic: Distribution(automatic.map(\.total)), tap: Distribution(taps.map(\.total)),
            stages: Self.stages(of: automatic), peakMemoryMiB: memory.mebibytes)
    }

    /// The segmenter is freed with the end of this call.
    private func coldLoad() async throws -> Double {
        let start = device.now()
        _ = try await device.load(folder, unit, cold: true)
        let end = device.now()
        count.finish(.load)
        return end - start
    }

    private func firstPrediction(
        _ segmenter: Segmenter, _ sample: SamplePhoto
    ) async throws -> Double {
        let start = device.now()
        _ = try await segmenter.open(sample.photo).predict()
        let end = device.now()
        count.finish(.first)
        return end - start
    }

    private func automaticTimings(
        _ segmenter: Segmenter, _ sample: SamplePhoto, _ isAutomatic: Bool,
        _ memory: inout PeakMemory
    ) async throws -> [Timings] {
        guard isAutomatic else {
            count.skip(1 + settings.runs)
            return []
        }
        var timings: [Timings] = []
        for index in 0..<settings.warmup + settings.runs {
            try Task.checkCancellation()
            let mask = try await segmenter.open(sample.photo).predict()
            if index >= settings.warmup { timings.append(mask.timings) }
            memory.look()
            count.finish(index < settings.warmup ? .warmup : .automatic)
        }
        return timings
    }

    private func tapTimings(
        _ segmenter: Segmenter, _ sample: SamplePhoto, warmup: Int, _ memory: inout PeakMemory
    ) async throws -> [Timings] {
        let session = try await segmenter.open(sample.photo)
        var timings: [Timings] = []
        for index in 0..<warmup + settings.runs {
            try Task.checkCancellation()
            try await session.clear()
            try await session.add(
                .foreground(
                    x: Double(sample.facts.width) / 2, y: Double(sample.facts.height) / 2))
            let mask = try await session.predict()
            if index >= warmup { timings.append(mask.timings) }
            memory.look()
            count.finish(index < warmup ? .warmup : .tap)
        }
        return timings
    }

    private static func stages(of timings: [Timings]) -> [String: Distribution] {
        let stages: [(String, KeyPath<Timings, Double>)] = [
            ("open", \.open), ("clicks", \.clicks), ("prompts", \.prompts), ("mask", \.mask),
        ]
        var found: [String: Distribution] = [:]
        for (name, stage) in stages {
            found[name] = Distribution(timings.map { $0[keyPath: stage] })
        }
        for program in timings.first?.programs.keys.sorted() ?? [] {
            found[program] = Distribution(timings.compactMap { $0.programs[program] })
        }
        return found
    }
}

/// The largest memory footprint that was seen.
struct PeakMemory {
    private let device: any BenchmarkDevice
    private var peak: UInt64?

    init(_ device: any BenchmarkDevice) {
        self.device = device
        look()
    }

    mutating func look() {
        guard let now = device.memoryFootprint() else { return }
        peak = max(peak ?? 0, now)
    }

    var mebibytes: Double? {
        peak.map { (Double($0) / 1_048_576 * 10).rounded() / 10 }
    }
}
