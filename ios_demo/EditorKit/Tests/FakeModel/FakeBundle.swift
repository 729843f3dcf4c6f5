import Foundation
import SqueezeSAM

/// A bundle without networks, for `BlobEngine`.
public enum FakeBundle {
    /// The text of its manifest.json.
    ///
    /// - Parameters:
    ///   - capabilities: of the three, those that it has.
    ///   - version: of the manifest's schema.
    public static func manifest(
        capabilities: ModelBundle.Capabilities = [.negativePoints, .box, .automatic],
        version: Int = 2
    ) -> String {
        let side = 64
        let automatic = capabilities.contains(.automatic)
        let heat =
            automatic
            ? program(
                "heat", runs: "photo", inputs: [("image", [1, 3, side, side], photo)],
                outputs: [("heatmap", [1, 1, side / 4, side / 4], #""heat""#)]) + ", " : ""
        let segment = program(
            "segment", runs: "prompt",
            inputs: [
                ("image", [1, 3, side, side], photo),
                ("prompts", [1, 2, side, side], #"{"kind": "planes"}"#),
                ("points", [1, 16, 2], #"{"kind": "points"}"#),
                ("labels", [1, 16], #"{"kind": "labels"}"#),
            ],
            outputs: [
                ("masks", [1, 4, side / 4, side / 4], #""masks""#),
                ("scores", [1, 4], #""scores""#),
            ])
        return """
            {"schema_version": \(version), "name": "fake-coreml-int8-64x64", "licence": "MIT",
             "model": {"preset": "fake"}, "target": "coreml", "backend": "coreml",
             "precision": "int8",
             "prompts": {"max_points": 16, "click_radius": 2.0, "box_default": 1.0},
             "capabilities": {
                "negative_points": \(capabilities.contains(.negativePoints)),
                "box": \(capabilities.contains(.box)), "automatic": \(automatic)},
             "programs": {\(heat)\(segment)}}
            """
    }

    private static let photo = #"""
        {"kind": "photo", "channels": "rgb", "range": [0, 255], "normalisation": "folded",
        "padding": {"side": "bottom_right", "value": [124, 116, 104]}}
        """#

    /// Writes the bundle into `parent`; its folder.
    public static func write(in parent: URL, name: String = "fake-coreml-int8-64x64") throws -> URL
    {
        let folder = parent.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(manifest().utf8).write(to: folder.appendingPathComponent("manifest.json"))
        for program in ["segment", "heat"] {
            try Data().write(to: folder.appendingPathComponent("\(program).bin"))
        }
        return folder
    }

    public static func segmenter(
        _ engine: BlobEngine = BlobEngine(),
        capabilities: ModelBundle.Capabilities = [.negativePoints, .box, .automatic]
    ) throws -> Segmenter {
        try Segmenter(
            bundle: ModelBundle(manifest: manifest(capabilities: capabilities)), engine: engine)
    }

    private static func program(
        _ name: String, runs: String, inputs: [(String, [Int], String)],
        outputs: [(String, [Int], String)]
    ) -> String {
        func described(_ word: String, _ tensors: [(String, [Int], String)]) -> String {
            tensors.map { #"{"name": "\#($0)", "shape": \#($1), "\#(word)": \#($2)}"# }
                .joined(separator: ", ")
        }
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        return """
            "\(name)": {"runs": "\(runs)", "file": "\(name).bin", "macs": 1000,
             "files": {"\(name).bin": {"bytes": 0, "sha256": "\(empty)"}},
             "inputs": [\(described("source", inputs))], "outputs": [\(described("role", outputs))]}
            """
    }
}
