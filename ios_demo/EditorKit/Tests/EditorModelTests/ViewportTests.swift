import EditorModel
import XCTest

final class ViewportTests: XCTestCase {
    private let wide = Viewport(
        photo: PixelSize(width: 400, height: 200), view: CGSize(width: 100, height: 100))

    func testAWidePhotoIsFittedBetweenBarsAboveAndBelow() {
        XCTAssertEqual(wide.scale, 0.25)
        XCTAssertEqual(wide.photoFrame, CGRect(x: 0, y: 25, width: 100, height: 50))
    }

    func testThePixelUnderAFingerCountsFromTheMiddleOfTheFirstPixel() {
        XCTAssertEqual(wide.pixel(at: CGPoint(x: 0, y: 25)), CGPoint(x: -0.5, y: -0.5))
        XCTAssertEqual(wide.pixel(at: CGPoint(x: 50, y: 50)), CGPoint(x: 199.5, y: 99.5))
        XCTAssertEqual(
            wide.viewPoint(pixel: CGPoint(x: 199.5, y: 99.5)), CGPoint(x: 50, y: 50))
    }

    func testBesideThePhotoThereIsNoPixel() {
        for point in [
            CGPoint(x: 50, y: 24.9), CGPoint(x: 50, y: 75), CGPoint(x: -0.1, y: 50),
            CGPoint(x: 100, y: 50),
        ] {
            XCTAssertNil(wide.pixel(at: point), "\(point)")
        }
    }

    func testABoxDrawnInAnyDirectionIsTheSame() {
        let corners = [CGPoint(x: 20, y: 30), CGPoint(x: 60, y: 70)]
        let expected = CGRect(x: 79.5, y: 19.5, width: 160, height: 160)
        XCTAssertEqual(wide.pixels(from: corners[0], to: corners[1]), expected)
        XCTAssertEqual(wide.pixels(from: corners[1], to: corners[0]), expected)
        XCTAssertEqual(
            wide.pixels(from: CGPoint(x: 60, y: 30), to: CGPoint(x: 20, y: 70)), expected)
    }

    func testABoxThatLeavesThePhotoIsCutAtItsEdge() {
        XCTAssertEqual(
            wide.pixels(from: CGPoint(x: -40, y: 0), to: CGPoint(x: 500, y: 500)),
            CGRect(x: -0.5, y: -0.5, width: 400, height: 200))
    }

    func testABoxThatIsTooSmallOrBesideThePhotoIsNone() {
        XCTAssertNil(wide.pixels(from: CGPoint(x: 20, y: 30), to: CGPoint(x: 25, y: 70)))
        XCTAssertNil(wide.pixels(from: CGPoint(x: 0, y: 0), to: CGPoint(x: 100, y: 24)))
    }

    func testZoomingKeepsThePlaceBetweenTheFingers() {
        let anchor = CGPoint(x: 60, y: 50)
        let zoomed = wide.zoomed(by: 4, around: anchor)
        XCTAssertEqual(zoomed.zoom, 4)
        XCTAssertEqual(Double(zoomed.edge(at: anchor).x), 240, accuracy: 1e-9)
        XCTAssertEqual(Double(zoomed.edge(at: anchor).y), 100, accuracy: 1e-9)
        XCTAssertEqual(zoomed.scale, 1)
    }

    func testZoomStaysInItsRange() {
        XCTAssertEqual(wide.zoomed(by: 0.01, around: .zero), wide)
        XCTAssertEqual(wide.zoomed(by: 1000, around: .zero).zoom, Viewport.zoomRange.upperBound)
        XCTAssertEqual(wide.zoomed(by: .nan, around: .zero), wide)
    }

    func testMovingStopsAtThePhotosEdge() {
        let zoomed = wide.zoomed(by: 4, around: CGPoint(x: 50, y: 50))
        let moved = zoomed.moved(by: CGSize(width: 10_000, height: 10_000))
        XCTAssertEqual(moved.photoFrame.origin, .zero)
        XCTAssertEqual(wide.moved(by: CGSize(width: 30, height: 30)), wide)
    }

    func testAZoomedPhotoKeepsItsPlaceWhenTheViewTurns() {
        let zoomed = wide.zoomed(by: 8, around: CGPoint(x: 50, y: 50))
        let turned = zoomed.resized(to: CGSize(width: 200, height: 60))
        XCTAssertEqual(turned.zoom, 8)
        XCTAssertEqual(turned.centre, zoomed.centre)
    }

    func testEveryPixelComesBackAtEveryZoom() throws {
        var viewport = Viewport(
            photo: PixelSize(width: 300, height: 700), view: CGSize(width: 390, height: 640))
        for step in 0..<6 {
            viewport = viewport.zoomed(by: 1.5, around: CGPoint(x: 100 + 30 * step, y: 300))
            let pixel = CGPoint(
                x: Double(viewport.centre.x) - 0.5, y: Double(viewport.centre.y) - 0.5)
            let back = try XCTUnwrap(viewport.pixel(at: viewport.viewPoint(pixel: pixel)))
            XCTAssertEqual(Double(back.x), Double(pixel.x), accuracy: 1e-9)
            XCTAssertEqual(Double(back.y), Double(pixel.y), accuracy: 1e-9)
        }
    }

    func testTheNinthsLieInsideThePhotoFromTopLeftToBottomRight() {
        let photo = PixelSize(width: 30, height: 60)
        XCTAssertEqual(ClickRegion.topLeft.pixel(in: photo), CGPoint(x: 4.5, y: 9.5))
        XCTAssertEqual(ClickRegion.middle.pixel(in: photo), CGPoint(x: 14.5, y: 29.5))
        XCTAssertEqual(ClickRegion.bottomRight.pixel(in: photo), CGPoint(x: 24.5, y: 49.5))
        XCTAssertEqual(ClickRegion.right.pixel(in: photo), CGPoint(x: 24.5, y: 29.5))
    }
}
