import Foundation

/// A result as benchmarks/results/result.schema.json describes it. What was not measured is null, never
/// left out and never 0.
public struct BenchmarkResult: Equatable, Sendable {
    public static let schema = 2

    public struct Machine: Equatable, Sendable {
        /// Product identifier, such as iPhone15,2.
        public var model: String
        /// Such as iOS 17.5.1.
        public var system: String
        public var cores: Int
        public var memoryBytes: UInt64

        public init(model: String, system: String, cores: Int, memoryBytes: UInt64) {
            self.model = model
            self.system = system
            self.cores = cores
            self.memoryBytes = memoryBytes
        }
    }

    public enum ThermalState: String, Encodable, Sendable {
        case nominal, fair, serious, critical, unknown
    }

    public struct Battery: Equatable, Sendable {
        public var percent: Double?
        public var isCharging: Bool?

        public init(percent: Double?, isCharging: Bool?) {
            self.percent = percent
            self.isCharging = isCharging
        }
    }

    public struct PhotoFacts: Encodable, Equatable, Sendable {
        public let name: String
        public let width: Int
        public let height: Int
    }

    public struct Bundle: Encodable, Equatable, Sendable {
        public let name: String
        /// Of manifest.json.
        public let sha256: String
        public let target: String
        public let backend: String
        public let precision: String
        public let height: Int
        public let width: Int
        /// The program that gives the masks.
        public let main: String
        /// Of each program, and of the whole folder as "bundle".
        public let bytes: [String: Int64]
    }

    public struct Row: Equatable, Sendable {
        public let bundle: Bundle
        public let engine: String
        public let computeUnit: ComputeUnit?
        public let coldLoad: Double?
        public let warmLoad: Double?
        public let firstPrediction: Double?
        /// Of each of the bundle's programs that was timed, by name.
        public let programs: [String: Distribution]
        public let automatic: Distribution?
        public let tap: Distribution?
        public let stages: [String: Distribution]
        public let peakMemoryMiB: Double?
    }

    public let run: String
    /// End of the run.
    public let date: Date
    public let command: String
    public let commit: String
    public let machine: Machine
    public let tools: [String: String]
    public let photo: PhotoFacts
    public let runs: Int
    public let warmup: Int
    public let thermal: (before: ThermalState, after: ThermalState)
    public let battery: (before: Battery, after: Battery)
    public let rows: [Row]

    public static func == (one: Self, other: Self) -> Bool {
        (try? one.json()) == (try? other.json())
    }

    /// The bytes of the file.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// Writes the file beside and renames it: it is whole or absent.
    public func write(to file: URL) throws {
        try json().write(to: file, options: .atomic)
    }
}
