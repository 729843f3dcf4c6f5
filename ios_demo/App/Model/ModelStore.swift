import BenchmarkModel
import EditorModel
import SqueezeSAM
import SwiftUI

/// The networks, loaded in the background when the app starts and shared by all screens.
@MainActor
final class ModelStore: ObservableObject {
    @Published private(set) var isReady = false
    @Published private(set) var computeUnit: ComputeUnit

    private static let key = "compute.unit"
    private var loader: SegmenterLoader

    init() {
        let stored = UserDefaults.standard.string(forKey: Self.key).flatMap(ComputeUnit.init)
        let unit = stored ?? .cpuAndNeuralEngine
        computeUnit = unit
        loader = Self.loader(for: unit)
        preload()
    }

    /// The next photo is segmented with this; the one that is open keeps what it has.
    func use(_ unit: ComputeUnit) {
        guard unit != computeUnit else { return }
        UserDefaults.standard.set(unit.rawValue, forKey: Self.key)
        computeUnit = unit
        let former = loader
        Task { await former.unload() }
        loader = Self.loader(for: unit)
        preload()
    }

    func segmenter() async throws -> Segmenter {
        try await loader.load()
    }

    /// A failure here is reported when a photo is opened.
    private func preload() {
        isReady = false
        let loader = loader
        Task {
            _ = try? await loader.load()
            if loader === self.loader { isReady = true }
        }
    }

    private static func loader(for unit: ComputeUnit) -> SegmenterLoader {
        SegmenterLoader {
            guard let folder = BundleFolders.app.folder() else { throw EditorProblem.noBundle }
            return try await Segmenter.load(
                contentsOf: folder, engine: .apple(unit), prewarm: true)
        }
    }
}
