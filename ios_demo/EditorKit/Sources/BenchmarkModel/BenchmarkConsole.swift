import Foundation
import SqueezeSAM

/// The lines by which a benchmark tells its script how far it is, and hands over the result
/// (docs/benchmarks.md): at most 600 bytes of ASCII each.
public struct BenchmarkConsole: Sendable {
    static let partLength = 480
    static let lineLength = 600

    public let run: String
    private let write: @Sendable (String) -> Void

    /// - Parameter write: prints a line, unbuffered.
    public init(run: String, write: @escaping @Sendable (String) -> Void) {
        self.run = run
        self.write = write
    }

    public func begin() { say("begin \(BenchmarkResult.schema)") }

    public func progress(_ progress: BenchmarkProgress) {
        say("progress \(progress.done) \(progress.total) \(progress.part.rawValue)")
    }

    /// - Parameter file: the bytes of the result's file, which is in place already.
    public func end(_ file: Data) {
        let text = Array(file.base64EncodedString().utf8)
        let starts = Array(stride(from: 0, to: text.count, by: Self.partLength))
        for (index, start) in starts.enumerated() {
            let part = text[start..<min(start + Self.partLength, text.count)]
            say("part \(index + 1) \(starts.count) \(String(decoding: part, as: UTF8.self))")
        }
        say("end \(starts.count) \(SqueezeSAMCore.sha256(file))")
    }

    public func error(_ failure: BenchmarkFailure) {
        say("error \(failure.code.rawValue) \(failure.sentence)")
    }

    private func say(_ text: String) {
        let line = "SSAM-BENCH \(run) \(text)".unicodeScalars.map { scalar -> Character in
            if scalar.properties.isWhitespace { return " " }
            return scalar.isASCII && scalar.value >= 32 && scalar.value != 127
                ? Character(scalar) : "?"
        }
        write(String(line.prefix(Self.lineLength)))
    }
}

/// How far a benchmark is.
public struct BenchmarkProgress: Equatable, Sendable {
    public enum Part: String, Sendable {
        case load, first, warmup, automatic, tap
    }

    public let done: Int
    public let total: Int
    public let part: Part
}
