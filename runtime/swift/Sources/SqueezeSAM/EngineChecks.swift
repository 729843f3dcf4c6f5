/// What every engine that loads programs asks of a bundle.
public enum EngineChecks {
    /// Throws `SegmentationError` with the code `.engine` for a bundle of another target.
    public static func target(
        of bundle: ModelBundle, is target: ModelBundle.Target, engine: String
    ) throws {
        if bundle.target != target {
            throw SegmentationError(
                .engine,
                "the \(engine) engine executes \(target.name) bundles, "
                    + "'\(bundle.name)' is for \(bundle.target.name)")
        }
    }

    /// Throws `SegmentationError` with the code `.bundle` where a loaded program has no tensor as
    /// the manifest describes it.
    ///
    /// - Parameter found: the tensor's shape in the program; nil where there is no such tensor.
    public static func tensor(
        _ wanted: ModelBundle.TensorInfo, _ kind: TensorKind, of program: String, found: [Int]?
    ) throws {
        guard let found else {
            throw SegmentationError(
                .bundle, "the program '\(program)' has no \(kind.rawValue) '\(wanted.name)'")
        }
        // An empty shape: the program leaves it open.
        if !found.isEmpty, found != wanted.shape {
            throw SegmentationError(
                .bundle,
                "the \(kind.rawValue) '\(wanted.name)' of the program '\(program)' is "
                    + "\(times(found)), the manifest says \(times(wanted.shape))")
        }
    }

    public enum TensorKind: String, Sendable {
        case input
        case output
    }

    private static func times(_ shape: [Int]) -> String {
        shape.map(String.init).joined(separator: "×")
    }
}

extension ModelBundle.Target {
    /// As in the manifest.
    public var name: String {
        switch self {
        case .onnx: return "onnx"
        case .execuTorch: return "executorch"
        case .coreML: return "coreml"
        case .coreAI: return "coreai"
        }
    }
}
