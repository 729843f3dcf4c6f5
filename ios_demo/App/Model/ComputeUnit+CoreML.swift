import BenchmarkModel
import CoreML
import SwiftUI

extension ComputeUnit {
    var coreML: MLComputeUnits {
        switch self {
        case .all: return .all
        case .cpuOnly: return .cpuOnly
        case .cpuAndGPU: return .cpuAndGPU
        case .cpuAndNeuralEngine: return .cpuAndNeuralEngine
        }
    }

    var title: LocalizedStringKey {
        switch self {
        case .all: return "Everything"
        case .cpuOnly: return "CPU only"
        case .cpuAndGPU: return "CPU and GPU"
        case .cpuAndNeuralEngine: return "CPU and Neural Engine"
        }
    }
}
