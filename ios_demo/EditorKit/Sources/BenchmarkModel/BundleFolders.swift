import Foundation
import SqueezeSAM

/// Where bundles lie: those that were pushed to the device first, then those in the app.
public struct BundleFolders: Sendable {
    private let parents: [URL]
    private let missing: Set<String>

    /// - Parameters:
    ///   - pushed: Documents/bundles.
    ///   - builtIn: the folder in the app.
    ///   - missing: targets, as manifests spell them, that nothing here runs: their bundles are not
    ///     offered.
    public init(pushed: URL, builtIn: URL, without missing: Set<String> = []) {
        parents = [pushed, builtIn]
        self.missing = missing
    }

    /// Names of all bundles, each once, the app's own first.
    public var names: [String] {
        var names: [String] = []
        for parent in parents.reversed() {
            let found = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
            for name in found.sorted() where folder(name, in: parent) != nil {
                if !names.contains(name) { names.append(name) }
            }
        }
        return names
    }

    /// The folder of a bundle; without a name the app's own. Nil where there is none.
    public func folder(named name: String? = nil) -> URL? {
        guard let name = name ?? names.first, BenchmarkSettings.isFolderName(name) else {
            return nil
        }
        return parents.lazy.compactMap { folder(name, in: $0) }.first
    }

    private func folder(_ name: String, in parent: URL) -> URL? {
        let folder = parent.appendingPathComponent(name)
        let manifest = folder.appendingPathComponent("manifest.json")
        guard FileManager.default.fileExists(atPath: manifest.path) else { return nil }
        return missing.isEmpty || !missing.contains(target(in: manifest)) ? folder : nil
    }

    /// Empty where the manifest cannot be read: opening the bundle says why.
    private func target(in manifest: URL) -> String {
        struct Words: Decodable { let target: String }
        let words = (try? Data(contentsOf: manifest)).flatMap {
            try? JSONDecoder().decode(Words.self, from: $0)
        }
        return words?.target ?? ""
    }
}

extension BenchmarkResult.Bundle {
    /// - Parameter bundle: one that was opened from a folder.
    init(_ bundle: ModelBundle, folder: URL) throws {
        let manifest = try Data(contentsOf: folder.appendingPathComponent("manifest.json"))
        var bytes: [String: Int64] = ["bundle": Self.size(of: folder)]
        for program in bundle.programs {
            bytes[program.name] = program.fileSize
        }
        self.init(
            name: bundle.name, sha256: SqueezeSAMCore.sha256(manifest), target: bundle.target.word,
            backend: bundle.backend, precision: bundle.precision,
            height: bundle.inputSize.height, width: bundle.inputSize.width,
            main: bundle.programs.first { $0.outputs.contains { $0.role == "masks" } }?.name ?? "",
            bytes: bytes)
    }

    private static func size(of folder: URL) -> Int64 {
        let files = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.fileSizeKey, .isRegularFileKey])
        return files?.reduce(into: Int64(0)) { sum, entry in
            let values = try? (entry as? URL)?.resourceValues(
                forKeys: [.fileSizeKey, .isRegularFileKey])
            if values?.isRegularFile == true { sum += Int64(values?.fileSize ?? 0) }
        } ?? 0
    }
}

extension ModelBundle.Target {
    /// As manifests and results write it.
    public var word: String {
        switch self {
        case .onnx: return "onnx"
        case .execuTorch: return "executorch"
        case .coreML: return "coreml"
        case .coreAI: return "coreai"
        }
    }

    /// The engine that runs it.
    public var engine: String {
        self == .onnx ? "onnxruntime" : word
    }
}
