import Foundation

/// What Core ML may run on; the words of docs/benchmarks.md.
public enum ComputeUnit: String, CaseIterable, Codable, Sendable {
    case all
    case cpuOnly
    case cpuAndGPU
    case cpuAndNeuralEngine
}

/// What a benchmark is asked to do: by launch arguments or on the benchmark screen.
public struct BenchmarkSettings: Equatable, Sendable {
    public static let runsRange = 1...10_000
    public static let warmupRange = 0...1_000

    public var run = "manual"
    /// Folder name; nil for the app's own bundle.
    public var bundle: String?
    /// One row each.
    public var computeUnits = [ComputeUnit.cpuAndNeuralEngine]
    public var runs = 50
    public var warmup = 5
    public var commit = "unknown"
    /// As it stands in the result.
    public var command = ""

    public init() {}

    /// Reads the launch arguments (docs/benchmarks.md); nil where the benchmark mode is not wanted.
    ///
    /// Throws `BenchmarkFailure` with the code `.usage`; the run word stands in it where there was
    /// a good one.
    public static func parse(_ arguments: [String]) throws -> BenchmarkSettings? {
        guard arguments.contains("--benchmark") else { return nil }
        var settings = BenchmarkSettings()
        settings.command = arguments.joined(separator: " ")
        var rest = arguments.dropFirst().filter { $0 != "--" && $0 != "--benchmark" }[...]
        var units: [ComputeUnit] = []
        settings.run = runWord(in: Array(rest)) ?? settings.run
        while let word = rest.popFirst() {
            func value() throws -> String {
                guard let value = rest.popFirst() else {
                    throw BenchmarkFailure(.usage, "\(word) needs a value", run: settings.run)
                }
                return value
            }
            func fail(_ value: String, _ wanted: String) -> BenchmarkFailure {
                BenchmarkFailure(.usage, "\(word) \(value) is not \(wanted)", run: settings.run)
            }
            switch word {
            case "--run":
                let value = try value()
                guard isRunWord(value) else { throw fail(value, "1 to 64 letters, digits or -") }
                settings.run = value
            case "--bundle":
                let value = try value()
                guard isFolderName(value) else { throw fail(value, "a folder's name") }
                settings.bundle = value
            case "--compute-unit":
                let value = try value()
                guard let unit = ComputeUnit(rawValue: value) else {
                    throw fail(value, ComputeUnit.allCases.map(\.rawValue).joined(separator: ", "))
                }
                if !units.contains(unit) { units.append(unit) }
            case "--runs", "--warmup":
                let range = word == "--runs" ? runsRange : warmupRange
                let value = try value()
                guard let number = Int(value), range.contains(number) else {
                    throw fail(value, "a number from \(range.lowerBound) to \(range.upperBound)")
                }
                if word == "--runs" { settings.runs = number } else { settings.warmup = number }
            case "--commit":
                settings.commit = try value()
            default:
                throw BenchmarkFailure(.usage, "\(word) is not known", run: settings.run)
            }
        }
        if !units.isEmpty { settings.computeUnits = units }
        return settings
    }

    /// A plain name: nothing that leads out of the folder of bundles.
    static func isFolderName(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix(".") && !text.contains("/") && text.utf8.count <= 255
    }

    static func isRunWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    return true
                default: return false
                }
            }
    }

    /// Also where another word is wrong, so that whoever waits for this run hears of it.
    private static func runWord(in arguments: [String]) -> String? {
        guard let place = arguments.firstIndex(of: "--run"), place + 1 < arguments.count,
            isRunWord(arguments[place + 1])
        else { return nil }
        return arguments[place + 1]
    }
}
