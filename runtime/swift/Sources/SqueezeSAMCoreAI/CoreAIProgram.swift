#if canImport(CoreAI)
import CoreAI
import Foundation
import SqueezeSAM

/// One loaded function, with arrays for its inputs that are filled anew at every run.
///
/// The arrays are the framework's, in the layout that the specialised program prefers: Apple's
/// reference calls it a performance anti-pattern to hand it memory of one's own again and again.
@available(iOS 27, macOS 27, *)
struct CoreAIProgram {
    private let name: String
    private let function: InferenceFunction
    private var inputs: [String: NDArray] = [:]

    init(_ info: ModelBundle.ProgramInfo, _ function: InferenceFunction) throws {
        name = info.name
        self.function = function
        for input in info.inputs {
            let found = function.descriptor.inputDescriptor(of: input.name)
            let array = try Self.checked(found, input, .input, info.name)
            inputs[input.name] = NDArray(descriptor: array)
        }
        for output in info.outputs {
            let found = function.descriptor.outputDescriptor(of: output.name)
            _ = try Self.checked(found, output, .output, info.name)
        }
    }

    private static func checked(
        _ found: InferenceValue.Descriptor?, _ wanted: ModelBundle.TensorInfo,
        _ kind: EngineChecks.TensorKind, _ program: String
    ) throws -> NDArrayDescriptor {
        guard case .ndArray(let array)? = found else {
            throw SegmentationError(
                .bundle, "the program '\(program)' has no \(kind.rawValue) '\(wanted.name)'")
        }
        try EngineChecks.tensor(wanted, kind, of: program, found: array.shape)
        guard array.scalarType == .float32 else {
            throw SegmentationError(
                .bundle,
                "the \(kind.rawValue) '\(wanted.name)' of the program '\(program)' is not "
                    + "float32")
        }
        return array
    }

    mutating func run(_ given: [InputTensor], _ wanted: [OutputTensor]) throws {
        for input in given {
            try fill(input)
        }
        let results = try answer(to: inputs, names: wanted.map(\.name))
        for (output, result) in zip(wanted, results) {
            guard let result, result.shape == output.shape, result.scalarType == .float32 else {
                throw SegmentationError(
                    .engine, "Core AI returned '\(output.name)' in another shape or type")
            }
            read(result, into: output)
        }
    }

    private mutating func fill(_ input: InputTensor) throws {
        guard var array = inputs.removeValue(forKey: input.name) else {
            throw SegmentationError(
                .engine, "the program '\(name)' has no input '\(input.name)'")
        }
        let rows = Rows(shape: array.shape, strides: array.strides)
        let view = array.mutableView(as: Float.self)
        view.withUnsafeMutablePointer { target, _, _ in
            for row in rows {
                for column in 0..<row.count {
                    target[row.start + column * row.step] = input.values[row.dense + column]
                }
            }
        }
        inputs[input.name] = array
    }

    private func read(_ array: NDArray, into output: OutputTensor) {
        let rows = Rows(shape: array.shape, strides: array.strides)
        array.view(as: Float.self).withUnsafePointer { source, _, _ in
            for row in rows {
                for column in 0..<row.count {
                    output.values[row.dense + column] = source[row.start + column * row.step]
                }
            }
        }
    }

    /// The framework answers asynchronously, the core calls on a thread that may wait.
    private func answer(to inputs: [String: NDArray], names: [String]) throws -> [NDArray?] {
        let exchange = Exchange(function: function, inputs: inputs, names: names)
        let done = DispatchSemaphore(value: 0)
        Task.detached(priority: .userInitiated) {
            await exchange.run()
            done.signal()
        }
        done.wait()
        return try exchange.result.get()
    }
}

/// What goes to the task that runs a function and what comes back; one side at a time touches it.
@available(iOS 27, macOS 27, *)
private final class Exchange: @unchecked Sendable {
    private let function: InferenceFunction
    private let inputs: [String: NDArray]
    private let names: [String]
    private(set) var result: Result<[NDArray?], any Error> = .success([])

    init(function: InferenceFunction, inputs: [String: NDArray], names: [String]) {
        self.function = function
        self.inputs = inputs
        self.names = names
    }

    func run() async {
        do {
            var found = try await function.run(inputs: inputs)
            var arrays: [NDArray?] = []
            for name in names {
                arrays.append(found.remove(name)?.ndArray)
            }
            result = .success(arrays)
        } catch {
            result = .failure(error)
        }
    }
}
#endif
