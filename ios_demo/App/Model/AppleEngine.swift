import BenchmarkModel
import Foundation
import SqueezeSAM
import SqueezeSAMCoreAI
#if canImport(CoreAI)
import CoreAI
#endif

extension EngineLoader {
    /// The engine of Apple's that the bundle was made for: Core AI or Core ML.
    static func apple(
        _ unit: ComputeUnit, cache: CompiledModelCache = .standard
    ) -> EngineLoader {
        EngineLoader { bundle in
            #if canImport(CoreAI)
            if bundle.target == .coreAI, #available(iOS 27, macOS 27, *) {
                return try await CoreAIEngine.load(bundle, options: unit.coreAI)
            }
            #endif
            return try await CoreMLEngine.load(bundle, computeUnits: unit.coreML, cache: cache)
        }
    }
}

enum AppleEngines {
    /// Throws away what Core AI has specialised of the bundle in a folder, so that it loads cold.
    static func forget(_ folder: URL) throws {
        #if canImport(CoreAI)
        let bundle = try ModelBundle(contentsOf: folder, check: .sizesOnly)
        if bundle.target == .coreAI, #available(iOS 27, macOS 27, *) {
            try CoreAIEngine.forget(bundle)
        }
        #endif
    }

    /// Manifests' words for targets that this system has no engine for.
    static var missing: Set<String> {
        #if canImport(CoreAI)
        if #available(iOS 27, macOS 27, *) { return [] }
        #endif
        return ["coreai"]
    }
}

#if canImport(CoreAI)
@available(iOS 27, macOS 27, *)
extension ComputeUnit {
    /// Core AI takes wishes: a preferred unit falls back to others.
    var coreAI: SpecializationOptions {
        switch self {
        case .all: return .default
        case .cpuOnly: return .cpuOnly
        case .cpuAndGPU: return SpecializationOptions(preferredComputeUnitKind: .gpu)
        case .cpuAndNeuralEngine:
            return SpecializationOptions(preferredComputeUnitKind: .neuralEngine)
        }
    }
}
#endif
