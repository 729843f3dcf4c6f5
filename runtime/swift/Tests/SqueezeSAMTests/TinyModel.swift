import Foundation
import XCTest

@testable import SqueezeSAM

/// A manifest of a small model: input 64 × 64, heat map of 32 × 32, masks a quarter of that.
func tinyManifest(
    negativePoints: Bool = true, box: Bool = true, heat: Bool = true, target: String = "onnx",
    schema: Int = 2, bytes: [UInt8] = []
) throws -> String {
    func tensors(_ word: String, _ tensors: [(String, [Int], String)]) -> String {
        tensors.map { #"{"name": "\#($0)", "shape": \#($1), "\#(word)": \#($2)}"# }
            .joined(separator: ", ")
    }
    func program(
        _ name: String, _ runs: String, _ inputs: [(String, [Int], String)],
        _ outputs: [(String, [Int], String)]
    ) -> String {
        """
        "\(name)": {"runs": "\(runs)", "file": "\(name).bin", \
        "files": {"\(name).bin": {"bytes": \(bytes.count), \
        "sha256": "\(SqueezeSAMCore.sha256(Data(bytes)))"}}, \
        "inputs": [\(tensors("source", inputs))], "outputs": [\(tensors("role", outputs))]}
        """
    }
    let photo = #"""
        {"kind": "photo", "channels": "rgb", "range": [0, 255], "normalisation": "folded",
        "padding": {"side": "bottom_right", "value": [124, 116, 104]}}
        """#
    let segment = program(
        "segment", "prompt",
        [
            ("image", [1, 3, 64, 64], photo),
            ("prompts", [1, 2, 64, 64], #"{"kind": "planes"}"#),
            ("points", [1, 8, 2], #"{"kind": "points"}"#),
            ("labels", [1, 8], #"{"kind": "labels"}"#),
        ],
        [("masks", [1, 4, 16, 16], #""masks""#), ("scores", [1, 4], #""scores""#)])
    let small = program(
        "heat", "photo", [("image", [1, 3, 32, 32], photo)],
        [("heatmap", [1, 1, 8, 8], #""heat""#)])
    return """
        {"schema_version": \(schema), "name": "tiny", "licence": "Apache-2.0",
         "model": {"preset": "squeezesam"}, "target": "\(target)", "backend": "cpu",
         "precision": "fp32",
         "prompts": {"max_points": 8, "click_radius": 2.5, "box_default": 1.0},
         "capabilities": {"negative_points": \(negativePoints), "box": \(box),
                          "automatic": \(heat)},
         "programs": {\(heat ? small + ", " : "")\(segment)}}
        """
}

/// Segments by red: above 128 is the object. Looks at its input, so that what the core feeds it
/// shows in what comes out. Candidate k needs 20·k more.
final class RedEngine: Engine, @unchecked Sendable {
    let isConcurrent: Bool
    /// Called in the middle of every run.
    var during: (@Sendable (String) throws -> Void)?
    var scores: [Float] = [0.2, 0.9, 0.4, 0.1]
    private let onRelease: @Sendable () -> Void
    private let inside = Guarded((now: 0, most: 0, runs: 0))

    init(isConcurrent: Bool = false, onRelease: @escaping @Sendable () -> Void = {}) {
        self.isConcurrent = isConcurrent
        self.onRelease = onRelease
    }

    deinit { onRelease() }

    var runs: Int { inside.withLock { $0.runs } }
    /// The most runs that were under way at once.
    var mostInside: Int { inside.withLock { $0.most } }

    func run(_ program: String, inputs: [InputTensor], outputs: [OutputTensor]) throws {
        inside.withLock {
            $0.now += 1
            $0.runs += 1
            $0.most = max($0.most, $0.now)
        }
        defer { inside.withLock { $0.now -= 1 } }
        try during?(program)
        let side = inputs[0].shape[3]
        let small = side / 4
        let red = inputs[0].values.prefix(side * side)
        for candidate in 0..<outputs[0].shape[1] {
            for at in 0..<small * small {
                let value = red[(at / small * 4 + 2) * side + at % small * 4 + 2]
                outputs[0].values[candidate * small * small + at] =
                    (value - 128 - 20 * Float(candidate)) / 16
            }
        }
        if outputs.count > 1 {
            _ = outputs[1].values.update(fromContentsOf: scores)
        }
    }
}

func tinySegmenter(_ engine: any Engine, manifest: String? = nil) throws -> Segmenter {
    try Segmenter(
        bundle: ModelBundle(manifest: try manifest ?? tinyManifest()), engine: engine)
}

/// A red square on blue; `square` is its first pixel and its side.
func squarePhoto(
    width: Int = 80, height: Int = 60, square: (x: Int, y: Int, side: Int) = (20, 16, 24),
    format: Photo.Format = .rgb, gap: Int = 0
) -> Photo {
    var bytes = Data()
    for y in 0..<height {
        for x in 0..<width {
            let inside =
                square.x..<square.x + square.side ~= x && square.y..<square.y + square.side ~= y
            let (red, green, blue): (UInt8, UInt8, UInt8) = inside ? (220, 40, 30) : (20, 40, 200)
            switch format {
            case .rgb: bytes += [red, green, blue]
            case .rgba, .rgbaStraight: bytes += [red, green, blue, 99]
            case .bgra, .bgraStraight: bytes += [blue, green, red, 99]
            case .gray: bytes.append(red)
            }
        }
        bytes += [UInt8](repeating: 7, count: gap)
    }
    return Photo(
        bytes: bytes, width: width, height: height,
        stride: gap == 0 ? 0 : width * format.bytesPerPixel + gap, format: format)
}

/// Fails unless `body` throws the error with that code and that sentence.
func assertFails(
    _ code: SegmentationError.Code, _ sentence: String, file: StaticString = #filePath,
    line: UInt = #line, _ body: () async throws -> Void
) async {
    do {
        try await body()
        XCTFail("nothing was thrown", file: file, line: line)
    } catch let error as SegmentationError {
        XCTAssertEqual(error, SegmentationError(code, sentence), file: file, line: line)
    } catch {
        XCTFail("\(error) was thrown", file: file, line: line)
    }
}

/// A folder that is gone at the end of the test.
func temporaryFolder(_ test: XCTestCase) throws -> URL {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("squeezesam-é-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    test.addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
    return folder
}

/// A bundle on disk whose programs hold `bytes`: an ONNX file of one field, unless given.
func tinyBundle(
    _ test: XCTestCase, target: String = "onnx", schema: Int = 2, bytes: [UInt8] = [66, 1, 3]
) throws -> URL {
    let folder = try temporaryFolder(test)
    for file in ["segment.bin", "heat.bin"] {
        try Data(bytes).write(to: folder.appendingPathComponent(file))
    }
    let manifest = try tinyManifest(target: target, schema: schema, bytes: bytes)
    try Data(manifest.utf8).write(to: folder.appendingPathComponent("manifest.json"))
    return folder
}
