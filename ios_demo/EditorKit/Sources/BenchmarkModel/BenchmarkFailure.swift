import SqueezeSAM

/// Why there is no result: an `error` line of docs/benchmarks.md.
public struct BenchmarkFailure: Error, Equatable, Sendable {
    public enum Code: String, Sendable {
        case usage
        case noBundle = "no-bundle"
        case badBundle = "bad-bundle"
        case unsupported
        case memory
        case failed
    }

    public let code: Code
    /// One English sentence.
    public let sentence: String
    public let run: String

    public init(_ code: Code, _ sentence: String, run: String) {
        self.code = code
        self.sentence = sentence
        self.run = run
    }

    /// What another error means for a benchmark.
    public init(_ error: any Error, run: String) {
        if let failure = error as? BenchmarkFailure {
            self = failure
            return
        }
        guard let error = error as? SegmentationError else {
            let sentence =
                error is CancellationError
                ? "the benchmark was cancelled" : error.localizedDescription
            self.init(.failed, sentence, run: run)
            return
        }
        let code: Code
        switch error.code {
        case .bundle, .bundleDamaged, .bundleVersion: code = .badBundle
        case .promptUnsupported, .engine: code = .unsupported
        case .outOfMemory: code = .memory
        default: code = .failed
        }
        self.init(code, error.message, run: run)
    }
}
