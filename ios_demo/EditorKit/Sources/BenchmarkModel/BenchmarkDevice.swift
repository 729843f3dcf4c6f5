import Foundation
import SqueezeSAM

/// What a benchmark asks of the device it runs on.
public protocol BenchmarkDevice: Sendable {
    var machine: BenchmarkResult.Machine { get async }
    /// Name and version of what took part.
    var tools: [String: String] { get }
    func thermalState() -> BenchmarkResult.ThermalState
    func battery() async -> BenchmarkResult.Battery
    /// Present memory of the process in bytes (phys_footprint); nil where it is not known.
    func memoryFootprint() -> UInt64?
    /// Monotonic, in milliseconds.
    func now() -> Double
    func date() -> Date
    /// Loads the bundle for a compute unit, anew at every call.
    ///
    /// - Parameter cold: as for the first time after the installation: what the device compiled
    ///   before is thrown away.
    func load(_ folder: URL, _ unit: ComputeUnit, cold: Bool) async throws -> Segmenter
}
