#if canImport(CoreML)
import CoreML
import Foundation

/// Executes Core ML bundles.
public final class CoreMLEngine: Engine, @unchecked Sendable {
    // Apple asks for one thread at a time: `isConcurrent` is false, so the core sees to it.
    private let models: [String: MLModel]

    private init(models: [String: MLModel]) {
        self.models = models
    }

    /// Loads a bundle's programs, which are compiled for this device where the cache has them not
    /// yet.
    ///
    /// - Parameter computeUnits: the CPU with the Neural Engine is as fast as `.all`, and steadier.
    ///
    /// Throws `SegmentationError` with the code `.engine` or `.bundle`.
    public static func load(
        _ bundle: ModelBundle, computeUnits: MLComputeUnits = .cpuAndNeuralEngine,
        cache: CompiledModelCache = .standard
    ) async throws -> CoreMLEngine {
        try EngineChecks.target(of: bundle, is: .coreML, engine: "Core ML")
        var models: [String: MLModel] = [:]
        for info in bundle.programs {
            let model = try await load(info.name, of: bundle, computeUnits, cache)
            try check(model.modelDescription, info)
            models[info.name] = model
        }
        return CoreMLEngine(models: models)
    }

    private static func load(
        _ program: String, of bundle: ModelBundle, _ computeUnits: MLComputeUnits,
        _ cache: CompiledModelCache
    ) async throws -> MLModel {
        do {
            return try await cache.load(program, of: bundle) { source in
                try await MLModel.compileModel(at: source)
            } load: { compiled in
                let configuration = MLModelConfiguration()
                configuration.computeUnits = computeUnits
                return try await MLModel.load(contentsOf: compiled, configuration: configuration)
            }
        } catch let error as SegmentationError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw SegmentationError(
                .engine,
                "Core ML cannot load the program '\(program)': \(error.localizedDescription)")
        }
    }

    private static func check(
        _ description: MLModelDescription, _ info: ModelBundle.ProgramInfo
    ) throws {
        for input in info.inputs {
            try EngineChecks.tensor(
                input, .input, of: info.name,
                found: shape(description.inputDescriptionsByName[input.name]))
        }
        for output in info.outputs {
            try EngineChecks.tensor(
                output, .output, of: info.name,
                found: shape(description.outputDescriptionsByName[output.name]))
        }
    }

    private static func shape(_ feature: MLFeatureDescription?) -> [Int]? {
        feature.map { $0.multiArrayConstraint?.shape.map(\.intValue) ?? [] }
    }

    public func run(_ program: String, inputs: [InputTensor], outputs: [OutputTensor]) throws {
        guard let model = models[program] else {
            throw SegmentationError(.engine, "the program '\(program)' was not loaded")
        }
        var features: [String: MLFeatureValue] = [:]
        for input in inputs {
            features[input.name] = MLFeatureValue(multiArray: try array(over: input))
        }
        let answer = try model.prediction(from: MLDictionaryFeatureProvider(dictionary: features))
        for output in outputs {
            guard let array = answer.featureValue(for: output.name)?.multiArrayValue else {
                throw SegmentationError(.engine, "Core ML returned no '\(output.name)'")
            }
            try copy(array, to: output)
        }
    }

    /// The core's memory as Core ML takes it; it is only read.
    private func array(over tensor: InputTensor) throws -> MLMultiArray {
        guard let start = tensor.values.baseAddress else {
            throw SegmentationError(.engine, "the input '\(tensor.name)' is empty")
        }
        var strides = [Int](repeating: 1, count: tensor.shape.count)
        for axis in tensor.shape.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * tensor.shape[axis + 1]
        }
        return try MLMultiArray(
            dataPointer: UnsafeMutableRawPointer(mutating: start),
            shape: tensor.shape.map { NSNumber(value: $0) }, dataType: .float32,
            strides: strides.map { NSNumber(value: $0) }, deallocator: nil)
    }

    private func copy(_ array: MLMultiArray, to output: OutputTensor) throws {
        // Joining one array makes a dense float32 copy, whatever its type and strides.
        let dense = MLMultiArray(concatenating: [array], axis: 0, dataType: .float32)
        guard dense.count == output.values.count else {
            throw SegmentationError(
                .engine,
                "Core ML returned \(dense.count) values in '\(output.name)', "
                    + "the manifest says \(output.values.count)")
        }
        dense.withUnsafeBufferPointer(ofType: Float.self) { values in
            _ = output.values.update(fromContentsOf: values)
        }
    }
}

extension EngineLoader {
    /// Core ML, for bundles made with `squeezesam-export --target coreml`.
    public static func coreML(
        computeUnits: MLComputeUnits = .cpuAndNeuralEngine, cache: CompiledModelCache = .standard
    ) -> EngineLoader {
        EngineLoader { try await CoreMLEngine.load($0, computeUnits: computeUnits, cache: cache) }
    }
}

extension Segmenter {
    /// Checks the Core ML bundle in `folder` and loads its programs.
    public static func load(contentsOf folder: URL, prewarm: Bool = false) async throws -> Segmenter
    {
        try await load(contentsOf: folder, engine: .coreML(), prewarm: prewarm)
    }
}
#endif
