import Foundation
import XCTest

@testable import SqueezeSAM

/// Predictions that nobody waits for any more end early, and only those.
final class CancellationTests: XCTestCase {
    /// An engine that waits in the middle of its first segmenter run until it is let go.
    private final class Gate: @unchecked Sendable {
        let engine = RedEngine()
        private let entered = DispatchSemaphore(value: 0)
        private let leave = DispatchSemaphore(value: 0)
        private let isFirst = Guarded(true)

        init() {
            engine.during = { [unowned self] program in
                let first = isFirst.withLock { first in
                    defer { first = first && program != "segment" }
                    return first && program == "segment"
                }
                if first {
                    entered.signal()
                    leave.wait()
                }
            }
        }

        func waitUntilRunning() async {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    self.entered.wait()
                    continuation.resume()
                }
            }
        }

        func open() { leave.signal() }
    }

    private let sentence = "the prediction was cancelled"

    private func gated() async throws -> (Gate, Session) {
        let gate = Gate()
        let session = try await tinySegmenter(gate.engine).open(squarePhoto())
        try await session.add(.foreground(x: 30, y: 30))
        return (gate, session)
    }

    func testACancelledTaskThrowsCancellationError() async throws {
        let (gate, session) = try await gated()
        let task = Task { try await session.predict() }
        await gate.waitUntilRunning()
        task.cancel()
        gate.open()
        do {
            _ = try await task.value
            XCTFail("nothing was thrown")
        } catch {
            XCTAssertTrue(error is CancellationError, "\(error)")
        }
        let mask = try await session.predict()
        XCTAssertGreaterThan(mask.area, 0)
    }

    func testATaskThatIsCancelledBeforeItBeginsRunsNothing() async throws {
        let engine = RedEngine()
        let session = try await tinySegmenter(engine).open(squarePhoto())
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await session.predict()
        }
        task.cancel()
        do {
            _ = try await task.value
            XCTFail("nothing was thrown")
        } catch {
            XCTAssertTrue(error is CancellationError, "\(error)")
        }
        XCTAssertEqual(engine.runs, 0)
    }

    func testCancelEndsThePredictionUnderWayOnceAndForAll() async throws {
        let (gate, session) = try await gated()
        session.cancel()  // without a prediction: nothing
        let task = Task { try await session.predict() }
        await gate.waitUntilRunning()
        session.cancel()
        session.cancel()  // twice is like once
        gate.open()
        await assertFails(.cancelled, sentence) { _ = try await task.value }
        let mask = try await session.predict()
        XCTAssertGreaterThan(mask.area, 0)
    }

    func testALaterPromptEndsThePredictionUnderWay() async throws {
        let (gate, session) = try await gated()
        let stale = Task { try await session.predict() }
        await gate.waitUntilRunning()
        let fresh = Task {
            try await session.add(.background(x: 1, y: 1))
            return try await session.predict()
        }
        // The core stops at the end of the stage: only after the new prompt has been asked for.
        while !session.turns.isSuperseding { await Task.yield() }
        gate.open()
        await assertFails(.cancelled, sentence) { _ = try await stale.value }
        let mask = try await fresh.value
        XCTAssertEqual(
            mask.prompts.map(\.prompt), [.foreground(x: 30, y: 30), .background(x: 1, y: 1)])
    }

    func testOfPredictionsThatQueueUpTheLatestWins() async throws {
        let (gate, session) = try await gated()
        var tasks = [Task { try await session.predict() }]
        await gate.waitUntilRunning()
        for _ in 0..<5 {
            let before = session.turns.taken
            tasks.append(Task { try await session.predict() })
            while session.turns.taken == before { await Task.yield() }
        }
        gate.open()
        let latest = tasks.removeLast()
        for task in tasks {
            await assertFails(.cancelled, sentence) { _ = try await task.value }
        }
        let mask = try await latest.value
        XCTAssertGreaterThan(mask.area, 0)
        // One that ran and was thrown away, and the latest: those between never began.
        XCTAssertEqual(gate.engine.runs, 2)
    }

    func testACancelledPredictionDoesNotHitTheOnesOfOtherSessions() async throws {
        let (gate, session) = try await gated()
        let other = try await tinySegmenter(RedEngine()).open(squarePhoto())
        let task = Task { try await session.predict() }
        await gate.waitUntilRunning()
        session.cancel()
        let mask = try await other.predict()
        XCTAssertGreaterThan(mask.area, 0)
        gate.open()
        await assertFails(.cancelled, sentence) { _ = try await task.value }
    }

    func testAnEngineMayGiveUpByItself() async throws {
        let engine = RedEngine()
        engine.during = { _ in throw CancellationError() }
        let session = try await tinySegmenter(engine).open(squarePhoto())
        await assertFails(.cancelled, sentence) { _ = try await session.predict() }
    }
}
