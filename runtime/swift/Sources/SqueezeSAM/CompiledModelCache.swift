import Foundation

/// Keeps programs that a device has compiled for itself, which takes seconds, from one launch to
/// the next.
///
/// An entry's name is the hash of the program's files (from the manifest, against which the core
/// has checked them) and of the system's version: another bundle or an update of the system compiles
/// anew. Entries appear whole or not at all, so that several tasks, or an app and its extension,
/// may share a folder.
public struct CompiledModelCache: Sendable {
    public let folder: URL
    private let system: String

    /// A folder of the app's caches: the system may empty it when storage is short.
    public static var standard: CompiledModelCache {
        let caches =
            FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
            ?? FileManager.default.temporaryDirectory
        return CompiledModelCache(
            folder: caches.appendingPathComponent("squeezesam", isDirectory: true))
    }

    /// - Parameter folder: made when it is first needed.
    public init(folder: URL) {
        self.init(folder: folder, system: ProcessInfo.processInfo.operatingSystemVersionString)
    }

    init(folder: URL, system: String) {
        self.folder = folder
        self.system = system
    }

    /// Removes everything that was kept.
    public func removeAll() throws {
        if FileManager.default.fileExists(atPath: folder.path) {
            try FileManager.default.removeItem(at: folder)
        }
    }

    /// Loads a program from its entry, which is made where it is missing, and made again where it
    /// cannot be loaded.
    ///
    /// - Parameters:
    ///   - compile: compiles the file at its argument into a new folder and returns that; the folder
    ///     is moved away.
    ///   - load: loads a compiled program.
    func load<Model>(
        _ program: String, of bundle: ModelBundle,
        compile: (URL) async throws -> URL, load: (URL) async throws -> Model
    ) async throws -> Model {
        guard let source = bundle.url(of: program) else {
            throw SegmentationError(.bundle, "\(bundle.name): the bundle has no files")
        }
        let entry = folder.appendingPathComponent(
            try key(program, of: bundle) + ".mlmodelc", isDirectory: true)
        if FileManager.default.fileExists(atPath: entry.path) {
            do {
                return try await load(entry)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                try? FileManager.default.removeItem(at: entry)
            }
        }
        try keep(try await compile(source), as: entry)
        return try await load(entry)
    }

    /// Moves a compiled program to its entry: beside it first, as the two may lie on different
    /// volumes, then in one step.
    private func keep(_ compiled: URL, as entry: URL) throws {
        let files = FileManager.default
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        let part = folder.appendingPathComponent(".\(UUID().uuidString).part", isDirectory: true)
        defer {
            try? files.removeItem(at: part)
            try? files.removeItem(at: compiled)
        }
        try files.moveItem(at: compiled, to: part)
        do {
            try files.moveItem(at: part, to: entry)
        } catch {
            // Another task was quicker: its entry is as good.
            if !files.fileExists(atPath: entry.path) {
                throw error
            }
        }
    }

    private func key(_ program: String, of bundle: ModelBundle) throws -> String {
        let files = try ProgramFiles(program, of: bundle)
        let lines = files.files.map { "\($0.sha256.lowercased()) \($0.path)" }.sorted()
        return SqueezeSAMCore.sha256(Data(([system] + lines).joined(separator: "\n").utf8))
    }
}

/// The files that a manifest lists for a program, of schema 1 or 2.
private struct ProgramFiles {
    struct File {
        let path: String
        let sha256: String
    }

    let files: [File]

    init(_ program: String, of bundle: ModelBundle) throws {
        // The core has read this text before: it can only fail where Foundation's JSON differs.
        do {
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(bundle.manifest.utf8))
            // The core has names of its own for the programs of schema 1. Not by the file: of a
            // bundle in a folder "m", the program "x" lies where another's "m/x" seems to lie.
            let names = ["segment": "segmenter", "heat": "saliency"]
            let name = manifest.schema == 1 ? names[program] ?? program : program
            guard let entry = manifest.programs[name] else {
                throw SegmentationError(.bundle, "\(bundle.name): \(program) has no files")
            }
            files = entry.files.all
        } catch is DecodingError {
            throw SegmentationError(.bundle, "\(bundle.name): manifest.json cannot be read")
        }
    }

    private struct Manifest: Decodable {
        struct Entry: Decodable {
            let file: String
            let files: Files
        }
        enum CodingKeys: String, CodingKey {
            case schema = "schema_version"
            case programs
        }
        let schema: Int
        let programs: [String: Entry]
    }

    private struct Files: Decodable {
        let all: [File]

        init(from decoder: any Decoder) throws {
            struct Listed: Decodable {
                let path: String
                let sha256: String
            }
            struct Facts: Decodable {
                let sha256: String
            }
            let container = try decoder.singleValueContainer()
            if let listed = try? container.decode([Listed].self) {
                all = listed.map { File(path: $0.path, sha256: $0.sha256) }
            } else {
                all = try container.decode([String: Facts].self)
                    .map { File(path: $0.key, sha256: $0.value.sha256) }
            }
        }
    }
}
