import Foundation
import XCTest

@testable import SqueezeSAM

/// Loading in the background: one attempt for all, and its states.
final class SegmenterLoaderTests: XCTestCase {
    private func name(_ state: SegmenterLoader.State) -> String {
        switch state {
        case .unloaded: return "unloaded"
        case .loading: return "loading"
        case .ready: return "ready"
        case .failed: return "failed"
        }
    }

    func testTasksShareOneAttempt() async throws {
        let attempts = Guarded(0)
        let loader = SegmenterLoader {
            attempts.withLock { $0 += 1 }
            try await Task.sleep(nanoseconds: 20_000_000)
            return try tinySegmenter(RedEngine())
        }
        async let first = loader.load()
        async let second = loader.load()
        let (a, b) = try await (first, second)
        XCTAssertTrue(a === b)
        let third = try await loader.load()
        XCTAssertTrue(third === a)
        XCTAssertEqual(attempts.withLock { $0 }, 1)
    }

    func testEveryStateIsReported() async throws {
        let fails = Guarded(true)
        let loader = SegmenterLoader {
            if fails.withLock({ $0 }) { throw SegmentationError(.bundle, "no such bundle") }
            return try tinySegmenter(RedEngine())
        }
        var states = await loader.states().makeAsyncIterator()
        var seen: [String] = []
        func next() async { if let state = await states.next() { seen.append(name(state)) } }
        await next()
        await assertFails(.bundle, "no such bundle") { _ = try await loader.load() }
        await next()
        await next()
        fails.withLock { $0 = false }
        _ = try await loader.load()
        await next()
        await next()
        await loader.unload()
        await next()
        XCTAssertEqual(
            seen, ["unloaded", "loading", "failed", "loading", "ready", "unloaded"])
    }

    func testUnloadingEndsAnAttempt() async throws {
        let loader = SegmenterLoader {
            try await Task.sleep(nanoseconds: 10_000_000_000)
            return try tinySegmenter(RedEngine())
        }
        let task = Task { try await loader.load() }
        while name(await loader.state) != "loading" { await Task.yield() }
        await loader.unload()
        do {
            _ = try await task.value
            XCTFail("nothing was thrown")
        } catch {
            XCTAssertTrue(error is CancellationError, "\(error)")
        }
        let state = await loader.state
        XCTAssertEqual(name(state), "unloaded")
    }

    func testABundleInAFolderIsLoadedAndPrewarmed() async throws {
        let engine = RedEngine()
        let loader = SegmenterLoader(
            contentsOf: try tinyBundle(self), engine: EngineLoader { _ in engine },
            prewarm: true)
        _ = try await loader.load()
        XCTAssertEqual(engine.runs, 2)
    }
}
