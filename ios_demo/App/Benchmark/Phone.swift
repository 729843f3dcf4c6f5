import BenchmarkModel
import Darwin
import SqueezeSAM
import UIKit

/// The device in the hand, as the benchmark sees it.
struct Phone: BenchmarkDevice {
    private static let cache = CompiledModelCache(
        folder: FileManager.default.temporaryDirectory
            .appendingPathComponent("benchmark", isDirectory: true))

    var machine: BenchmarkResult.Machine {
        get async {
            let process = ProcessInfo.processInfo
            let (name, version) = await MainActor.run {
                (UIDevice.current.systemName, UIDevice.current.systemVersion)
            }
            return BenchmarkResult.Machine(
                model: Self.model, system: "\(name) \(version)",
                cores: process.activeProcessorCount, memoryBytes: process.physicalMemory)
        }
    }

    var tools: [String: String] {
        let build = ProcessInfo.processInfo.operatingSystemVersionString
        return ["squeezesam": SqueezeSAMCore.version, "system": build]
    }

    func thermalState() -> BenchmarkResult.ThermalState {
        switch ProcessInfo.processInfo.thermalState {
        case .nominal: return .nominal
        case .fair: return .fair
        case .serious: return .serious
        case .critical: return .critical
        @unknown default: return .unknown
        }
    }

    @MainActor
    func battery() async -> BenchmarkResult.Battery {
        let device = UIDevice.current
        device.isBatteryMonitoringEnabled = true
        let level = Double(device.batteryLevel)
        let isCharging: Bool?
        switch device.batteryState {
        case .charging, .full: isCharging = true
        case .unplugged: isCharging = false
        case .unknown: isCharging = nil
        @unknown default: isCharging = nil
        }
        return .init(percent: level < 0 ? nil : (level * 100).rounded(), isCharging: isCharging)
    }

    func memoryFootprint() -> UInt64? {
        var info = task_vm_info_data_t()
        var count = mach_msg_type_number_t(
            MemoryLayout<task_vm_info_data_t>.size / MemoryLayout<integer_t>.size)
        let status = withUnsafeMutablePointer(to: &info) { pointer in
            pointer.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
                task_info(mach_task_self_, task_flavor_t(TASK_VM_INFO), $0, &count)
            }
        }
        return status == KERN_SUCCESS ? info.phys_footprint : nil
    }

    func now() -> Double {
        Double(DispatchTime.now().uptimeNanoseconds) / 1_000_000
    }

    func date() -> Date { Date() }

    func load(_ folder: URL, _ unit: ComputeUnit, cold: Bool) async throws -> Segmenter {
        if cold {
            try Self.cache.removeAll()
            try AppleEngines.forget(folder)
        }
        return try await Segmenter.load(
            contentsOf: folder, engine: .apple(unit, cache: Self.cache))
    }

    /// "iPhone15,2".
    private static var model: String {
        var system = utsname()
        uname(&system)
        return withUnsafeBytes(of: &system.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
