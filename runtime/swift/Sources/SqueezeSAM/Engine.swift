/// What executes the programs of a bundle: Core ML, ExecuTorch, or a type of your own.
///
/// The last segmenter, session or prediction that uses an engine releases it: what it holds is given
/// back in its `deinit`.
public protocol Engine: AnyObject, Sendable {
    /// True where `run` may be called by several threads at once; otherwise the core waits.
    var isConcurrent: Bool { get }

    /// Runs the program with this name: reads the inputs, fills every output. Both come in the manifest's order,
    /// with the manifest's names and shapes; their memory is valid during this call alone.
    ///
    /// Called on the thread that predicts. What is thrown becomes a `SegmentationError` with the
    /// code `.engine` and the error's description as its sentence; `CancellationError`, and a
    /// `SegmentationError` with the code `.cancelled` or `.outOfMemory`, keep their meaning.
    func run(_ program: String, inputs: [InputTensor], outputs: [OutputTensor]) throws
}

extension Engine {
    public var isConcurrent: Bool { false }
}

/// A dense, row-major float32 tensor to read.
public struct InputTensor {
    public let name: String
    public let shape: [Int]
    public let values: UnsafeBufferPointer<Float>
}

/// A dense, row-major float32 tensor to fill.
public struct OutputTensor {
    public let name: String
    public let shape: [Int]
    public let values: UnsafeMutableBufferPointer<Float>
}

/// Makes the engine for a bundle. The engines of this package are static members:
/// `Segmenter.load(contentsOf: folder, engine: .coreML(computeUnits: .all))`.
public struct EngineLoader: Sendable {
    let load: @Sendable (ModelBundle) async throws -> any Engine

    /// - Parameter load: loads the bundle's programs (`ModelBundle.url(of:)`); called once.
    public init(_ load: @escaping @Sendable (ModelBundle) async throws -> any Engine) {
        self.load = load
    }
}
