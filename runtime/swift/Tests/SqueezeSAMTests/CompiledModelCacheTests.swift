import Foundation
import XCTest

@testable import SqueezeSAM

/// The cache of compiled programs, with a compiler that only copies.
final class CompiledModelCacheTests: XCTestCase {
    /// Counts its runs; a program "compiles" to a folder with its bytes in it.
    private final class Compiler: Sendable {
        let runs = Guarded(0)

        func compile(_ source: URL) throws -> URL {
            runs.withLock { $0 += 1 }
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent(UUID().uuidString, isDirectory: true)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(contentsOf: source).write(to: folder.appendingPathComponent("program"))
            return folder
        }

        func load(_ compiled: URL) throws -> Data {
            try Data(contentsOf: compiled.appendingPathComponent("program"))
        }

        func load(
            _ cache: CompiledModelCache, _ bundle: ModelBundle, _ program: String = "segment"
        ) async throws -> Data {
            try await cache.load(program, of: bundle, compile: compile, load: load)
        }

        var count: Int { runs.withLock { $0 } }
    }

    private func entries(_ cache: CompiledModelCache) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: cache.folder.path)
    }

    private func cache(system: String = "1.0") throws -> CompiledModelCache {
        CompiledModelCache(
            folder: try temporaryFolder(self).appendingPathComponent("compiled"), system: system)
    }

    func testAProgramIsCompiledOnce() async throws {
        let (cache, compiler) = (try cache(), Compiler())
        let bundle = try ModelBundle(contentsOf: tinyBundle(self))
        for _ in 0..<3 {
            let loaded = try await compiler.load(cache, bundle)
            XCTAssertEqual(loaded, Data([66, 1, 3]))
        }
        XCTAssertEqual(compiler.count, 1)
        // The same bundle elsewhere is the same program.
        _ = try await compiler.load(cache, ModelBundle(contentsOf: tinyBundle(self)))
        XCTAssertEqual(compiler.count, 1)
        XCTAssertEqual(try entries(cache).count, 1)
    }

    func testAnotherProgramOrSystemIsCompiledAnew() async throws {
        let (cache, compiler) = (try cache(), Compiler())
        let bundle = try ModelBundle(contentsOf: tinyBundle(self))
        _ = try await compiler.load(cache, bundle)
        _ = try await compiler.load(cache, bundle, "heat")
        let other = try ModelBundle(contentsOf: tinyBundle(self, bytes: [66, 0]))
        _ = try await compiler.load(cache, other)
        XCTAssertEqual(compiler.count, 3)
        let updated = CompiledModelCache(folder: cache.folder, system: "1.1")
        _ = try await compiler.load(updated, bundle)
        XCTAssertEqual(compiler.count, 4)
        XCTAssertEqual(try entries(cache).count, 4)
    }

    func testProgramsInFoldersHaveEntriesOfTheirOwn() async throws {
        let (cache, compiler) = (try cache(), Compiler())
        for bytes: [UInt8] in [[66, 1, 3], [66, 0]] {
            let folder = try tinyBundle(self, bytes: bytes)
            let nets = folder.appendingPathComponent("nets", isDirectory: true)
            try FileManager.default.createDirectory(at: nets, withIntermediateDirectories: true)
            for file in ["segment.bin", "heat.bin"] {
                try FileManager.default.moveItem(
                    at: folder.appendingPathComponent(file), to: nets.appendingPathComponent(file))
            }
            let path = folder.appendingPathComponent("manifest.json")
            var manifest = String(decoding: try Data(contentsOf: path), as: UTF8.self)
            for file in ["segment.bin", "heat.bin"] {
                manifest = manifest.replacingOccurrences(of: file, with: "nets/" + file)
            }
            try Data(manifest.utf8).write(to: path)
            let bundle = try ModelBundle(contentsOf: folder)
            for program in ["segment", "heat"] {
                let loaded = try await compiler.load(cache, bundle, program)
                XCTAssertEqual(loaded, Data(bytes))
            }
        }
        XCTAssertEqual(compiler.count, 4)
    }

    func testAnEntryIsThatOfTheProgramWhateverTheFolderIsCalled() async throws {
        let (cache, compiler) = (try cache(), Compiler())
        for bytes: [UInt8] in [[66, 1, 3], [66, 0]] {
            // By its end, the path of nets/segment.bin is that of "heat", whose bytes never change.
            let folder = try temporaryFolder(self).appendingPathComponent("nets", isDirectory: true)
            try FileManager.default.moveItem(at: try tinyBundle(self, bytes: bytes), to: folder)
            let heat = folder.appendingPathComponent("nets", isDirectory: true)
            try FileManager.default.createDirectory(at: heat, withIntermediateDirectories: true)
            try FileManager.default.removeItem(at: folder.appendingPathComponent("heat.bin"))
            let heats = Data([66, 1, 7])
            try heats.write(to: heat.appendingPathComponent("segment.bin"))
            let path = folder.appendingPathComponent("manifest.json")
            let manifest = try JSONSerialization.jsonObject(with: try Data(contentsOf: path))
            var document = try XCTUnwrap(manifest as? [String: Any])
            var programs = try XCTUnwrap(document["programs"] as? [String: [String: Any]])
            let facts: [String: Any] = ["bytes": 3, "sha256": SqueezeSAMCore.sha256(heats)]
            programs["heat"]?["file"] = "nets/segment.bin"
            programs["heat"]?["files"] = ["nets/segment.bin": facts]
            document["programs"] = programs
            try JSONSerialization.data(withJSONObject: document).write(to: path)
            let loaded = try await compiler.load(cache, ModelBundle(contentsOf: folder))
            XCTAssertEqual(loaded, Data(bytes))
        }
        XCTAssertEqual(compiler.count, 2)
    }

    func testADamagedEntryIsMadeAgain() async throws {
        let (cache, compiler) = (try cache(), Compiler())
        let bundle = try ModelBundle(contentsOf: tinyBundle(self))
        _ = try await compiler.load(cache, bundle)
        let entry = cache.folder.appendingPathComponent(try entries(cache)[0])
        try FileManager.default.removeItem(at: entry.appendingPathComponent("program"))
        let loaded = try await compiler.load(cache, bundle)
        XCTAssertEqual(loaded, Data([66, 1, 3]))
        XCTAssertEqual(compiler.count, 2)
    }

    func testAFailedCompilationLeavesNothing() async throws {
        struct Failure: Error {}
        let cache = try cache()
        let bundle = try ModelBundle(contentsOf: tinyBundle(self))
        do {
            _ = try await cache.load("segment", of: bundle) { _ in
                throw Failure()
            } load: {
                $0
            }
            XCTFail("nothing was thrown")
        } catch {
            XCTAssertTrue(error is Failure)
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: cache.folder.path))
    }

    func testTasksThatCompileAtOnceShareOneEntry() async throws {
        let (cache, compiler) = (try cache(), Compiler())
        let bundle = try ModelBundle(contentsOf: tinyBundle(self))
        try await withThrowingTaskGroup(of: Data.self) { group in
            for _ in 0..<8 {
                group.addTask { try await compiler.load(cache, bundle) }
            }
            for try await loaded in group {
                XCTAssertEqual(loaded, Data([66, 1, 3]))
            }
        }
        // One entry, no part of one beside it.
        XCTAssertEqual(try entries(cache).count, 1)
        try cache.removeAll()
        XCTAssertFalse(FileManager.default.fileExists(atPath: cache.folder.path))
        try cache.removeAll()
    }

    func testABundleWithoutFilesHasNothingToCompile() async throws {
        let bundle = try ModelBundle(manifest: tinyManifest())
        let cache = try cache()
        await assertFails(.bundle, "tiny: the bundle has no files") {
            _ = try await Compiler().load(cache, bundle)
        }
    }
}
