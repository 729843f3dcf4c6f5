import EditorModel
import FakeModel
import SqueezeSAM
import XCTest

@MainActor
final class EditorProblemTests: XCTestCase {
    func testAPhotoInWhichNothingStandsOutAsksForATap() async throws {
        let editor = try await editor(photo: .test(spot: nil))
        XCTAssertEqual(editor.state.problem, .nothingStandsOut)
        XCTAssertEqual(editor.state.problem?.isHint, true)
        XCTAssertNil(editor.state.cutoutSource)
        editor.add(.foreground(x: 60, y: 40))
        await editor.settle()
        XCTAssertNil(editor.state.problem)
        XCTAssertNotNil(editor.state.cutoutSource)
        editor.undo()
        await editor.settle()
        XCTAssertNil(editor.state.result)
    }

    func testAnEngineThatFailsIsReportedAndTheFormerMaskStays() async throws {
        let gate = Failing()
        let editor = try await editor(BlobEngine { _ in try gate.check() })
        gate.fails = true
        editor.add(.foreground(x: 60, y: 40))
        await editor.settle()
        guard case .modelFailed(let text)? = editor.state.problem else {
            return XCTFail("\(String(describing: editor.state.problem))")
        }
        XCTAssertTrue(text.contains("the accelerator is on fire"), text)
        XCTAssertEqual(editor.state.result?.isAutomatic, true)
        gate.fails = false
        editor.dismissProblem()
        editor.undo()
        await editor.settle()
        XCTAssertNil(editor.state.problem)
    }

    func testWhatTheBundleDoesNotKnowIsRefusedBeforeItReachesTheHistory() async throws {
        let editor = try await editor(capabilities: [.automatic])
        editor.add(.background(x: 1, y: 1))
        XCTAssertEqual(editor.state.problem, .backgroundUnsupported)
        editor.add(.box(x0: 1, y0: 1, x1: 30, y1: 30))
        XCTAssertEqual(editor.state.problem, .boxUnsupported)
        XCTAssertFalse(editor.state.canUndo)
    }

    func testAPromptThatTheSessionRefusesLeavesTheHistoryTrue() async throws {
        let editor = try await editor()
        editor.add(.foreground(x: 60, y: 40))
        editor.add(.foreground(x: 5000, y: 40))
        await editor.settle()
        XCTAssertEqual(editor.state.history.prompts, [.foreground(x: 60, y: 40)])
        XCTAssertTrue(try editor.isInside(60, 40))
    }

    func testAModelThatCannotBeLoadedIsNamedAndTheNextPhotoTriesAgain() async throws {
        let segmenter = try FakeBundle.segmenter()
        let gate = Failing(error: SegmentationError(.bundleVersion, "schema 9"))
        gate.fails = true
        let editor = Editor {
            try gate.check()
            return segmenter
        }
        editor.open { .test() }
        await editor.settle()
        XCTAssertEqual(editor.state.problem, .bundleTooNew("schema 9"))
        XCTAssertFalse(editor.state.hasPhoto)
        gate.fails = false
        editor.open { .test() }
        await editor.settle()
        XCTAssertNil(editor.state.problem)
        XCTAssertNotNil(editor.state.cutoutSource)
    }

    func testAPhotoThatCannotBeDecodedIsReported() async throws {
        let segmenter = try FakeBundle.segmenter()
        let editor = Editor { segmenter }
        editor.open { throw EditorProblem.photoUnreadable("not an image") }
        await editor.settle()
        XCTAssertEqual(editor.state.problem, .photoUnreadable("not an image"))
        XCTAssertEqual(editor.state.activity, .idle)
    }

    nonisolated func testEveryCodeOfTheSDKHasASentenceExceptThatNobodyWaits() {
        for code in SegmentationError.Code.allCases {
            let problem = EditorProblem(SegmentationError(code, "why"))
            if code == .cancelled {
                XCTAssertNil(problem)
            } else {
                XCTAssertEqual(problem?.sentence.hasSuffix("."), true, "\(code)")
            }
        }
        XCTAssertNil(EditorProblem(CancellationError()))
        XCTAssertEqual(
            EditorProblem(SegmentationError(.engine, "why")), .modelFailed("why"))
        XCTAssertEqual(EditorProblem(SegmentationError(.engine, "why"))?.detail, "why")
    }
}

/// Throws while it is told to.
private final class Failing: @unchecked Sendable {
    struct OnFire: LocalizedError {
        var errorDescription: String? { "the accelerator is on fire" }
    }

    var fails = false
    private let error: any Error

    init(error: any Error = OnFire()) {
        self.error = error
    }

    func check() throws {
        if fails { throw error }
    }
}
