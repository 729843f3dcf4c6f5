import Foundation

/// A JSON key.
private struct Key: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral value: String) { stringValue = value }
    init?(intValue: Int) { nil }
}

extension Encoder {
    fileprivate func object() -> KeyedEncodingContainer<Key> { container(keyedBy: Key.self) }
}

// Optionals are encoded with `encode`, not `encodeIfPresent`: nil becomes null.

extension BenchmarkResult: Encodable {
    public func encode(to encoder: Encoder) throws {
        var object = encoder.object()
        try object.encode(Self.schema, forKey: "schema")
        try object.encode("ios", forKey: "platform")
        try object.encode(run, forKey: "run")
        try object.encode(Self.text(date), forKey: "date")
        try object.encode(command, forKey: "command")
        try object.encode(commit, forKey: "commit")
        try object.encode(machine, forKey: "machine")
        try object.encode(tools, forKey: "tools")
        try object.encode(photo, forKey: "photo")
        try object.encode(["runs": runs, "warmup": warmup], forKey: "settings")
        try object.encode(["before": thermal.before, "after": thermal.after], forKey: "thermal")
        var power = object.nestedContainer(keyedBy: Key.self, forKey: "battery")
        try power.encode(battery.before.percent, forKey: "before_percent")
        try power.encode(battery.after.percent, forKey: "after_percent")
        try power.encode(battery.after.isCharging, forKey: "charging")
        try object.encode(rows, forKey: "rows")
    }

    /// "2026-11-21 15:31 UTC".
    private static func text(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyy-MM-dd HH:mm 'UTC'"
        return formatter.string(from: date)
    }
}

extension BenchmarkResult.Machine: Encodable {
    public func encode(to encoder: Encoder) throws {
        var object = encoder.object()
        try object.encode(model, forKey: "model")
        try object.encode(system, forKey: "system")
        // iOS does not say.
        try object.encode("", forKey: "cpu")
        try object.encode(cores, forKey: "cores")
        let gib = Double(memoryBytes) / 1_073_741_824
        try object.encode((gib * 100).rounded() / 100, forKey: "memory_gib")
    }
}

extension BenchmarkResult.Row: Encodable {
    public func encode(to encoder: Encoder) throws {
        var object = encoder.object()
        try object.encode(bundle, forKey: "bundle")
        try object.encode(engine, forKey: "engine")
        try object.encode("app", forKey: "runner")
        try object.encode(computeUnit, forKey: "compute_unit")
        // The engine chooses.
        try object.encodeNil(forKey: "threads")
        try object.encode(["cold": coldLoad, "warm": warmLoad], forKey: "load_ms")
        try object.encode(firstPrediction, forKey: "first_prediction_ms")
        try object.encode(programs, forKey: "programs_ms")
        try object.encode(automatic, forKey: "automatic_ms")
        try object.encode(tap, forKey: "tap_ms")
        try object.encode(stages, forKey: "stages_ms")
        try object.encode(peakMemoryMiB, forKey: "peak_memory_mib")
        // iOS does not measure it.
        try object.encodeNil(forKey: "energy_mj_per_tap")
    }
}
