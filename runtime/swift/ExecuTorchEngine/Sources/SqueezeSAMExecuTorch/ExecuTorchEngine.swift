#if canImport(ExecuTorch)
import ExecuTorch
import Foundation
import SqueezeSAM

/// Executes ExecuTorch bundles.
///
/// The app's target has to be linked with `-all_load` (or `-force_load` of the backend): ExecuTorch
/// finds backends and kernels by registrations that the linker would otherwise leave out.
public final class ExecuTorchEngine: Engine, @unchecked Sendable {
    // Used by one thread at a time: `isConcurrent` is false.
    private let modules: [String: Module]

    private init(modules: [String: Module]) {
        self.modules = modules
    }

    /// Loads a bundle's programs.
    ///
    /// Throws `SegmentationError` with the code `.engine`.
    public static func load(_ bundle: ModelBundle) throws -> ExecuTorchEngine {
        try EngineChecks.target(of: bundle, is: .execuTorch, engine: "ExecuTorch")
        var modules: [String: Module] = [:]
        for program in bundle.programs.map(\.name) {
            guard let file = bundle.url(of: program) else {
                throw SegmentationError(.bundle, "\(bundle.name): the bundle has no files")
            }
            let module = Module(filePath: file.path, loadMode: .mmap)
            do {
                try module.load("forward")
            } catch {
                throw SegmentationError(
                    .engine,
                    "ExecuTorch cannot load the program '\(program)': "
                        + error.localizedDescription)
            }
            modules[program] = module
        }
        return ExecuTorchEngine(modules: modules)
    }

    public func run(_ program: String, inputs: [InputTensor], outputs: [OutputTensor]) throws {
        guard let module = modules[program] else {
            throw SegmentationError(.engine, "the program '\(program)' was not loaded")
        }
        let answer = try module.forward(try inputs.map(tensor))
        guard answer.count == outputs.count else {
            throw SegmentationError(
                .engine,
                "ExecuTorch returned \(answer.count) outputs, the manifest says \(outputs.count)")
        }
        for (value, output) in zip(answer, outputs) {
            guard let tensor: Tensor<Float> = value.tensor(), tensor.count == output.values.count
            else {
                throw SegmentationError(
                    .engine, "ExecuTorch returned '\(output.name)' in another shape or type")
            }
            tensor.withUnsafeBytes { values in
                _ = output.values.update(fromContentsOf: values)
            }
        }
    }

    /// The core's memory as ExecuTorch takes it; it is only read.
    private func tensor(over input: InputTensor) throws -> any ValueConvertible {
        guard let start = input.values.baseAddress else {
            throw SegmentationError(.engine, "the input '\(input.name)' is empty")
        }
        return Tensor<Float>(
            bytesNoCopy: UnsafeMutableRawPointer(mutating: start), shape: input.shape)
    }
}

extension EngineLoader {
    /// ExecuTorch, for bundles made with `squeezesam-export --target executorch`.
    public static var execuTorch: EngineLoader {
        EngineLoader { try ExecuTorchEngine.load($0) }
    }
}
#endif
