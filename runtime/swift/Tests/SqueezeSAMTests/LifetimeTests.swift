import Foundation
import XCTest

@testable import SqueezeSAM

/// Engines are let go with their last user, once, and nothing else keeps them.
final class LifetimeTests: XCTestCase {
    private final class Count: Sendable {
        private let count = Guarded(0)
        var value: Int { count.withLock { $0 } }
        func increase() { count.withLock { $0 += 1 } }
    }

    /// A session may let go on its own queue, a moment after its last call.
    private func wait(for count: Count, _ value: Int, line: UInt = #line) async throws {
        for _ in 0..<500 where count.value < value {
            try await Task.sleep(nanoseconds: 2_000_000)
        }
        XCTAssertEqual(count.value, value, line: line)
    }

    func testAnEngineLivesAsLongAsASessionNeedsIt() async throws {
        let released = Count()
        var segmenter: Segmenter? = try tinySegmenter(RedEngine { released.increase() })
        var session: Session? = try await segmenter?.open(squarePhoto())
        segmenter = nil
        let prediction = try await session?.predict()
        let mask = try XCTUnwrap(prediction)
        XCTAssertEqual(released.value, 0)
        session = nil
        try await wait(for: released, 1)
        // A mask depends on nothing.
        XCTAssertEqual(try mask.bitmap().bytes.reduce(0) { $0 + Int($1) }, mask.area)
    }

    func testAPredictionUnderWayKeepsItsEngine() async throws {
        let released = Count()
        let engine = RedEngine { released.increase() }
        engine.during = { _ in usleep(20000) }
        var session: Session? = try await tinySegmenter(engine).open(squarePhoto())
        engine.during = { [weak engine] _ in
            usleep(20000)
            XCTAssertNotNil(engine)
        }
        let task = Task { [session] in try await session?.predict() }
        session = nil
        let mask = try await task.value
        XCTAssertGreaterThan(mask?.area ?? 0, 0)
        XCTAssertEqual(released.value, 0)  // this test still holds it
    }

    func testAnEngineIsLetGoWhereTheSegmenterCannotBeMade() async throws {
        let released = Count()
        let folder = try tinyBundle(self)
        await assertFails(.engine, "no luck") {
            _ = try await Segmenter.load(
                contentsOf: folder,
                engine: EngineLoader { _ in
                    withExtendedLifetime(RedEngine { released.increase() }) {}
                    throw SegmentationError(.engine, "no luck")
                })
        }
        XCTAssertEqual(released.value, 1)
        do {
            let bridged = coreEngine(RedEngine { released.increase() })
            XCTAssertEqual(released.value, 1)
            discard(bridged)
        }
        XCTAssertEqual(released.value, 2)
    }

    func testManySegmentersLeaveNothingBehind() async throws {
        let released = Count()
        for _ in 0..<50 {
            let segmenter = try tinySegmenter(RedEngine { released.increase() })
            let session = try await segmenter.open(squarePhoto())
            _ = try await session.predict().contour()
        }
        try await wait(for: released, 50)
    }
}
