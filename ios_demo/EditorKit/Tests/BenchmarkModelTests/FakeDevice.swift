import BenchmarkModel
import FakeModel
import Foundation
import SqueezeSAM

struct Load: Equatable {
    let unit: ComputeUnit
    let cold: Bool
}

/// A phone whose clock advances by a millisecond at each look.
final class FakeDevice: BenchmarkDevice, @unchecked Sendable {
    private let lock = NSLock()
    private var looks = 0.0
    private var footprints = 0
    private(set) var loads: [Load] = []
    var loading: (@Sendable (URL) async throws -> Segmenter)?

    var machine: BenchmarkResult.Machine {
        .init(model: "iPhone15,2", system: "iOS 17.5.1", cores: 6, memoryBytes: 5_928_140_800)
    }
    var tools: [String: String] { ["squeezesam": "0.1.0"] }

    func thermalState() -> BenchmarkResult.ThermalState {
        locked { looks > 0 } ? .fair : .nominal
    }

    func battery() async -> BenchmarkResult.Battery {
        .init(percent: locked { looks > 0 } ? 79 : 80, isCharging: true)
    }

    /// Rises, then falls: the peak is neither the first nor the last.
    func memoryFootprint() -> UInt64? {
        locked {
            footprints += 1
            return UInt64(footprints == 5 ? 200 : 100) * 1_048_576
        }
    }

    func now() -> Double {
        locked {
            looks += 1
            return looks
        }
    }

    func date() -> Date { Date(timeIntervalSince1970: 1_795_275_060) }

    func load(_ folder: URL, _ unit: ComputeUnit, cold: Bool) async throws -> Segmenter {
        locked { loads.append(Load(unit: unit, cold: cold)) }
        if let loading { return try await loading(folder) }
        return try Segmenter(bundle: ModelBundle(contentsOf: folder), engine: BlobEngine())
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        lock.lock()
        defer { lock.unlock() }
        return body()
    }
}

/// What is handed to a closure that runs elsewhere.
final class Collected<Element>: @unchecked Sendable {
    private let lock = NSLock()
    private var elements: [Element] = []

    var all: [Element] {
        lock.lock()
        defer { lock.unlock() }
        return elements
    }

    func add(_ element: Element) {
        lock.lock()
        elements.append(element)
        lock.unlock()
    }
}

/// An empty folder that is removed with the test.
final class Scratch {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("benchmark-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> URL { folder.appendingPathComponent(name) }
}
