import EditorModel
import XCTest

final class TouchInterpreterTests: XCTestCase {
    private let start = CGPoint(x: 50, y: 60)
    private let far = CGPoint(x: 90, y: 90)

    func testAShortTouchIsATapWhereItBegan() {
        var touches = TouchInterpreter<Int>()
        XCTAssertEqual(touches.began(1, at: start, time: 10), [])
        XCTAssertEqual(touches.moved([1: CGPoint(x: 55, y: 62)]), [])
        XCTAssertEqual(touches.ended(1, at: CGPoint(x: 55, y: 62), time: 10.2), [.tap(start)])
        XCTAssertNil(touches.deadline)
    }

    func testATouchThatRestsIsALongPressOnceAndNoTap() {
        var touches = TouchInterpreter<Int>()
        _ = touches.began(1, at: start, time: 10)
        XCTAssertEqual(touches.deadline, 10.45)
        XCTAssertEqual(touches.held(at: 10.3), [])
        XCTAssertEqual(touches.held(at: 10.45), [.longPress(start)])
        XCTAssertEqual(touches.held(at: 11), [])
        XCTAssertEqual(touches.moved([1: far]), [])
        XCTAssertEqual(touches.ended(1, at: far, time: 12), [])
        _ = touches.began(1, at: far, time: 13)
        XCTAssertEqual(touches.ended(1, at: far, time: 13.1), [.tap(far)])
    }

    func testALongPressDoesNotDependOnTheTimer() {
        var touches = TouchInterpreter<Int>()
        _ = touches.began(1, at: start, time: 10)
        XCTAssertEqual(touches.ended(1, at: start, time: 11), [.longPress(start)])
    }

    func testAFingerThatMovesDrawsABoxFromWhereItBegan() {
        var touches = TouchInterpreter<Int>()
        _ = touches.began(1, at: start, time: 10)
        XCTAssertEqual(touches.moved([1: far]), [.dragChanged(from: start, to: far)])
        XCTAssertNil(touches.deadline)
        let back = CGPoint(x: 52, y: 61)
        XCTAssertEqual(touches.moved([1: back]), [.dragChanged(from: start, to: back)])
        XCTAssertEqual(touches.ended(1, at: far, time: 12), [.dragEnded(from: start, to: far)])
    }

    func testTwoFingersZoomAndMoveAndLeaveNoClickBehind() {
        var touches = TouchInterpreter<Int>()
        _ = touches.began(1, at: CGPoint(x: 100, y: 100), time: 10)
        XCTAssertEqual(touches.began(2, at: CGPoint(x: 200, y: 100), time: 10.1), [])
        XCTAssertEqual(
            touches.moved([1: CGPoint(x: 60, y: 120), 2: CGPoint(x: 260, y: 120)]),
            [
                .pinch(
                    factor: 2, around: CGPoint(x: 160, y: 120),
                    translation: CGSize(width: 10, height: 20))
            ])
        XCTAssertEqual(touches.held(at: 20), [])
        XCTAssertEqual(touches.ended(1, at: .zero, time: 20), [])
        XCTAssertEqual(touches.moved([2: .zero]), [])
        XCTAssertEqual(touches.ended(2, at: .zero, time: 21), [])
    }

    func testASecondFingerTakesABoxBack() {
        var touches = TouchInterpreter<Int>()
        _ = touches.began(1, at: start, time: 10)
        _ = touches.moved([1: far])
        XCTAssertEqual(touches.began(2, at: start, time: 10.5), [.dragCancelled])
        XCTAssertEqual(touches.ended(2, at: start, time: 11), [])
        XCTAssertEqual(touches.ended(1, at: far, time: 11), [])
    }

    func testTouchesThatTheSystemTakesAwayMeanNothing() {
        var touches = TouchInterpreter<Int>()
        _ = touches.began(1, at: start, time: 10)
        XCTAssertEqual(touches.cancelled(), [])
        _ = touches.began(1, at: start, time: 11)
        _ = touches.moved([1: far])
        XCTAssertEqual(touches.cancelled(), [.dragCancelled])
        XCTAssertEqual(touches.ended(1, at: far, time: 12), [])
    }

    func testAThirdFingerChangesNothing() {
        var touches = TouchInterpreter<Int>()
        _ = touches.began(1, at: CGPoint(x: 0, y: 0), time: 1)
        _ = touches.began(2, at: CGPoint(x: 100, y: 0), time: 1)
        _ = touches.began(3, at: CGPoint(x: 50, y: 300), time: 1)
        XCTAssertEqual(
            touches.moved([2: CGPoint(x: 50, y: 0)]),
            [
                .pinch(
                    factor: 0.5, around: CGPoint(x: 25, y: 0),
                    translation: CGSize(width: -25, height: 0))
            ])
    }
}
