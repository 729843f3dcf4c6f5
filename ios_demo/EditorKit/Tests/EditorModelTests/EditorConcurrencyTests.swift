import EditorModel
import FakeModel
import SqueezeSAM
import XCTest

@MainActor
final class EditorConcurrencyTests: XCTestCase {
    func testTheLatestPromptWinsOverAPredictionThatIsRunning() async throws {
        let gate = Gate()
        let engine = BlobEngine { _ in gate.pass() }
        let editor = try await editor(engine)
        var shown: [[Prompt]] = []
        editor.onChange = { state in
            if let mask = state.result?.mask { shown.append(mask.prompts.map(\.prompt)) }
        }
        gate.close()
        editor.add(.foreground(x: 10, y: 10))
        await gate.waitForSomebody()
        editor.add(.foreground(x: 50, y: 50))
        editor.add(.foreground(x: 90, y: 90))
        gate.open()
        await editor.settle()
        XCTAssertEqual(
            editor.state.result?.mask.prompts.map(\.prompt),
            [.foreground(x: 10, y: 10), .foreground(x: 50, y: 50), .foreground(x: 90, y: 90)])
        XCTAssertFalse(shown.contains([.foreground(x: 10, y: 10)]), "an outdated mask was shown")
        // The automatic one, the one that came too late, and the last.
        XCTAssertEqual(engine.runs(of: "segment"), 3)
        XCTAssertNil(editor.state.problem)
    }

    func testTheFormerMaskStaysWhileTheNextIsPredicted() async throws {
        let gate = Gate()
        let editor = try await editor(BlobEngine { _ in gate.pass() })
        gate.close()
        editor.add(.foreground(x: 100, y: 20))
        await gate.waitForSomebody()
        XCTAssertEqual(editor.state.activity, .predicting)
        XCTAssertEqual(editor.state.result?.isAutomatic, true)
        gate.open()
        await editor.settle()
        XCTAssertEqual(editor.state.result?.isAutomatic, false)
    }

    func testAnotherPhotoEndsTheWorkOnTheFirst() async throws {
        let gate = Gate()
        let editor = try await editor(BlobEngine { _ in gate.pass() })
        gate.close()
        editor.add(.foreground(x: 100, y: 20))
        await gate.waitForSomebody()
        editor.open { .test(width: 60, height: 80, spot: (30, 60)) }
        XCTAssertNil(editor.state.result)
        gate.open()
        await editor.settle()
        XCTAssertEqual(editor.state.viewport?.photo, PixelSize(width: 60, height: 80))
        XCTAssertTrue(try editor.isInside(30, 60))
        XCTAssertTrue(editor.state.history.prompts.isEmpty)
    }

    func testClosingForgetsThePhotoWhileANetworkRuns() async throws {
        let gate = Gate()
        let editor = try await editor(BlobEngine { _ in gate.pass() })
        gate.close()
        editor.add(.foreground(x: 100, y: 20))
        await gate.waitForSomebody()
        editor.close()
        gate.open()
        await editor.settle()
        XCTAssertFalse(editor.state.hasPhoto)
        XCTAssertNil(editor.state.result)
        XCTAssertEqual(editor.state.activity, .idle)
    }

    func testTapsInQuickSuccessionArriveInTheirOrder() async throws {
        let editor = try await editor()
        let clicks = (0..<20).map { Prompt.foreground(x: Double($0 * 6), y: Double($0 * 4)) }
        for click in clicks {
            editor.add(click)
            await Task.yield()
        }
        for _ in 0..<5 { editor.undo() }
        editor.redo()
        await editor.settle()
        XCTAssertEqual(editor.state.result?.mask.prompts.map(\.prompt), Array(clicks.prefix(16)))
    }

    func testTheActivityNamesTheModelWhileItLoads() async throws {
        let segmenter = try FakeBundle.segmenter()
        let editor = Editor {
            try await Task.sleep(nanoseconds: 2_000_000)
            return segmenter
        }
        var seen: [EditorState.Activity] = []
        editor.onChange = { if seen.last != $0.activity { seen.append($0.activity) } }
        editor.open { .test() }
        await editor.settle()
        XCTAssertEqual(
            seen.filter { $0 != .idle }, [.openingPhoto, .loadingModel, .openingPhoto, .predicting])
        XCTAssertEqual(seen.last, .idle)
    }
}
