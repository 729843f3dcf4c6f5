import EditorModel
import FakeModel
import SqueezeSAM
import XCTest

@MainActor
final class EditorTests: XCTestCase {
    func testAnOpenedPhotoGetsItsAutomaticMaskWithoutATouch() async throws {
        let editor = try await editor()
        XCTAssertTrue(try editor.isInside(40, 48))
        XCTAssertFalse(try editor.isInside(110, 10))
        XCTAssertEqual(editor.state.result?.isAutomatic, true)
        XCTAssertFalse(editor.state.markers.isEmpty)
        XCTAssertFalse(editor.state.canUndo)
        XCTAssertEqual(editor.state.activity, .idle)
    }

    func testATapAddsAForegroundClickUnderTheFinger() async throws {
        let editor = try await editor()
        editor.handle(.tap(CGPoint(x: 201, y: 41)))
        await editor.settle()
        XCTAssertEqual(editor.state.history.prompts, [.foreground(x: 100, y: 20)])
        XCTAssertTrue(try editor.isInside(100, 20))
        XCTAssertFalse(try editor.isInside(40, 48))
        XCTAssertEqual(editor.state.result?.isAutomatic, false)
        XCTAssertTrue(editor.state.markers.isEmpty)
    }

    func testALongPressTakesAPlaceOut() async throws {
        let editor = try await editor()
        editor.handle(.tap(CGPoint(x: 201, y: 41)))
        editor.handle(.longPress(CGPoint(x: 217, y: 41)))
        await editor.settle()
        XCTAssertEqual(
            editor.state.history.prompts,
            [.foreground(x: 100, y: 20), .background(x: 108, y: 20)])
        XCTAssertTrue(try editor.isInside(100, 20))
        XCTAssertFalse(try editor.isInside(108, 20))
    }

    func testADragDrawsABoxAndTheNextBoxReplacesIt() async throws {
        let editor = try await editor()
        editor.handle(.dragChanged(from: CGPoint(x: 20, y: 20), to: CGPoint(x: 60, y: 80)))
        XCTAssertEqual(editor.state.draft, CGRect(x: 9.5, y: 9.5, width: 20, height: 30))
        XCTAssertTrue(editor.state.history.prompts.isEmpty)
        for right in [60, 200] {
            editor.handle(
                .dragEnded(from: CGPoint(x: 20, y: 20), to: CGPoint(x: right, y: 80)))
        }
        XCTAssertNil(editor.state.draft)
        await editor.settle()
        XCTAssertEqual(
            editor.state.history.prompts, [.box(x0: 9.5, y0: 9.5, x1: 99.5, y1: 39.5)])
        editor.undo()
        await editor.settle()
        XCTAssertEqual(
            editor.state.history.prompts, [.box(x0: 9.5, y0: 9.5, x1: 29.5, y1: 39.5)])
        XCTAssertEqual(
            editor.state.result?.mask.prompts.map(\.prompt),
            [.box(x0: 9.5, y0: 9.5, x1: 29.5, y1: 39.5)])
    }

    func testASecondFingerEndsADrawnBox() async throws {
        let editor = try await editor()
        editor.handle(.dragChanged(from: .zero, to: CGPoint(x: 60, y: 80)))
        editor.handle(.dragCancelled)
        XCTAssertNil(editor.state.draft)
        XCTAssertFalse(editor.state.canUndo)
    }

    func testTapsFollowTheZoom() async throws {
        let editor = try await editor()
        let anchor = CGPoint(x: 128, y: 96)
        editor.handle(.pinch(factor: 4, around: anchor, translation: .zero))
        editor.handle(.tap(CGPoint(x: 132, y: 100)))
        await editor.settle()
        XCTAssertEqual(editor.state.history.prompts, [.foreground(x: 64, y: 48)])
        editor.fit()
        XCTAssertEqual(editor.state.viewport?.zoom, 1)
    }

    func testATapBesideThePhotoDoesNothing() async throws {
        let editor = try await editor()
        editor.resize(to: CGSize(width: 256, height: 400))
        editor.handle(.tap(CGPoint(x: 100, y: 10)))
        XCTAssertFalse(editor.state.canUndo)
        XCTAssertEqual(editor.state.activity, .idle)
    }

    func testUndoAndRedoGiveTheSameMasksAgain() async throws {
        let editor = try await editor()
        editor.add(.foreground(x: 100, y: 20))
        await editor.settle()
        let first = try XCTUnwrap(editor.state.result).mask.bitmap()
        editor.add(.foreground(x: 20, y: 80))
        await editor.settle()
        let second = try XCTUnwrap(editor.state.result).mask.bitmap()
        XCTAssertNotEqual(first, second)

        editor.undo()
        await editor.settle()
        XCTAssertEqual(try editor.state.result?.mask.bitmap(), first)
        XCTAssertTrue(editor.state.canRedo)
        editor.redo()
        await editor.settle()
        XCTAssertEqual(try editor.state.result?.mask.bitmap(), second)
        XCTAssertFalse(editor.state.canRedo)
    }

    func testClearBringsTheAutomaticMaskBackAndCanBeUndone() async throws {
        let editor = try await editor()
        let automatic = try XCTUnwrap(editor.state.result).mask.bitmap()
        editor.add(.foreground(x: 100, y: 20))
        editor.clear()
        await editor.settle()
        XCTAssertEqual(try editor.state.result?.mask.bitmap(), automatic)
        XCTAssertFalse(editor.state.canClear)
        editor.undo()
        await editor.settle()
        XCTAssertTrue(try editor.isInside(100, 20))
        editor.redo()
        await editor.settle()
        XCTAssertEqual(try editor.state.result?.mask.bitmap(), automatic)
    }

    func testANewPromptForgetsWhatWasUndone() async throws {
        let editor = try await editor()
        editor.add(.foreground(x: 100, y: 20))
        editor.undo()
        editor.add(.foreground(x: 20, y: 20))
        await editor.settle()
        XCTAssertFalse(editor.state.canRedo)
        editor.redo()
        XCTAssertEqual(editor.state.history.prompts, [.foreground(x: 20, y: 20)])
    }

    func testEveryMaskOfThePredictionCanBeShown() async throws {
        let engine = BlobEngine()
        let editor = try await editor(engine)
        editor.add(.foreground(x: 64, y: 48))
        await editor.settle()
        XCTAssertEqual(editor.state.result?.mask.candidateScores, BlobEngine.scores)
        XCTAssertEqual(editor.state.result?.mask.candidate, 1)
        let runs = engine.runs(of: "segment")
        var areas: [Int] = []
        for candidate in BlobEngine.scores.indices {
            editor.choose(candidate: candidate)
            await editor.settle()
            XCTAssertEqual(editor.state.result?.mask.candidate, candidate)
            areas.append(try XCTUnwrap(editor.state.result).mask.area)
        }
        XCTAssertEqual(areas, areas.sorted())
        XCTAssertEqual(Set(areas).count, 4, "\(areas)")
        XCTAssertEqual(engine.runs(of: "segment"), runs, "a network ran to show another mask")
    }

    func testAnAutomaticMaskOfALowScoreAsksForATap() async throws {
        let editor = try await editor()
        XCTAssertFalse(editor.state.isDoubtful)
        for (candidate, score) in BlobEngine.scores.enumerated() {
            editor.choose(candidate: candidate)
            await editor.settle()
            XCTAssertEqual(editor.state.isDoubtful, score < EditorState.doubtfulBelow)
        }
        editor.add(.foreground(x: 64, y: 48))
        await editor.settle()
        editor.choose(candidate: 3)
        await editor.settle()
        XCTAssertFalse(editor.state.isDoubtful, "a tap was given already")
    }

    func testTheOutlineAndTheShareAreThoseOfTheMask() async throws {
        let editor = try await editor()
        let result = try XCTUnwrap(editor.state.result)
        let pixels = try result.mask.bitmap().bytes.reduce(0) { $0 + Int($1) }
        XCTAssertEqual(result.share, Double(pixels) / (128 * 96), accuracy: 1e-12)
        let points = result.outline.rings.flatMap { $0 }
        let bounds = try XCTUnwrap(result.mask.bounds)
        XCTAssertEqual(Double(points.map(\.x).min() ?? 0), Double(bounds.x), accuracy: 0.5)
        XCTAssertEqual(
            Double(points.map(\.y).max() ?? 0), Double(bounds.y + bounds.height), accuracy: 0.5)
    }

    func testTheCutoutIsTheObjectWithItsColoursOnNothing() async throws {
        let editor = try await editor()
        let bounds = try XCTUnwrap(editor.state.result?.mask.bounds)
        let cutout = try XCTUnwrap(editor.state.cutoutSource).cutout()
        XCTAssertFalse(cutout.isPremultiplied)
        XCTAssertLessThanOrEqual(cutout.rect.x, bounds.x)
        XCTAssertGreaterThanOrEqual(cutout.rect.width, bounds.width)
        XCTAssertEqual(cutout.bytes.count, cutout.rect.width * cutout.rect.height * 4)
        let place = ((48 - cutout.rect.y) * cutout.rect.width + 40 - cutout.rect.x) * 4
        XCTAssertEqual(Array(cutout.bytes[place..<place + 3]), [255, 255, 255])
        XCTAssertGreaterThan(cutout.bytes[place + 3], 200)
        XCTAssertLessThan(cutout.bytes[3], 128)
    }
}
