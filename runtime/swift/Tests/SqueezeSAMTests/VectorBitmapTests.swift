import Foundation
import SqueezeSAM
import XCTest

/// The shared vectors for pieces, holes, run lengths and outlines.
final class VectorBitmapTests: XCTestCase {
    func testMasksAreCleanedAndWrittenAsInTheVectors() throws {
        try Vectors.each("bitmaps") { one in
            switch try one.text("kind") {
            case "bitmap": try checkBitmap(one)
            case "simplified":
                let map = try bitmap(one.list("rows"))
                let rings = sorted(try map.contour(tolerance: one.number("epsilon")))
                XCTAssertEqual(rings.map(\.points), [try one.rows("points")])
            case "bad_rle": try checkBadRuns(one)
            case let kind: throw VectorError("unknown kind \(kind)")
            }
        }
    }

    private func bitmap(_ rows: [JSON]) throws -> Bitmap {
        let (width, height, values) = try asPlane(rows)
        return Bitmap(width: width, height: height, bytes: values.map { UInt8($0) })
    }

    private func checkBitmap(_ one: Case) throws {
        let map = try bitmap(one.list("rows"))
        XCTAssertEqual(try map.keepLargest(), try bitmap(one.list("largest")), one.name)
        for filled in try one.objects("filled") {
            let area = try filled.whole("max_area")
            XCTAssertEqual(
                try map.fillingHoles(upTo: area < 0 ? nil : area), try bitmap(filled.list("rows")),
                one.name)
        }
        let runs = try map.runLengths()
        XCTAssertEqual(runs.counts.map { Double($0) }, try one.numbers("rle_counts"), one.name)
        let string = try one.text("rle_string")
        XCTAssertEqual(try runs.string(), string, one.name)
        let read = try RunLengths(width: map.width, height: map.height, string: string)
        XCTAssertEqual(read, runs, one.name)
        XCTAssertEqual(try read.bitmap(), map, one.name)
        let wanted = try one.objects("contour").map {
            Outline(
                parent: try $0.whole("parent"), points: try $0.rows("points"))
        }
        XCTAssertEqual(sorted(try map.contour()), wanted, one.name)
    }

    private func checkBadRuns(_ one: Case) throws {
        let string = try one.text("string")
        XCTAssertThrowsError(try RunLengths(width: 1, height: 1, string: string)) { error in
            let error = error as? SegmentationError
            XCTAssertEqual(error.map { statusName($0.code.rawValue) }, try? one.text("status"))
            XCTAssertEqual(error?.message, try? one.text("sentence"))
        }
    }

    private struct Outline: Equatable {
        var parent: Int
        var points: [[Double]]

        /// Where the ring begins, in raster order.
        var top: [Double] { [points[0][1], points[0][0]] }
    }

    /// In the order of the README: every ring from its topmost, leftmost corner.
    private func sorted(_ contour: Contour) -> [Outline] {
        var groups: [[Outline]] = []
        for ring in contour.rings {
            let points = ring.points.map { [Double($0.x), Double($0.y)] }
            let start = points.indices.min {
                [points[$0][1], points[$0][0]].lexicographicallyPrecedes(
                    [points[$1][1], points[$1][0]])
            }!
            let outline = Outline(
                parent: -1, points: Array(points[start...] + points[..<start]))
            if ring.parent == nil {
                groups.append([])
            }
            groups[groups.count - 1].append(outline)
        }
        groups.sort { $0[0].top.lexicographicallyPrecedes($1[0].top) }
        var all: [Outline] = []
        for group in groups {
            let outer = all.count
            all.append(group[0])
            let holes = group.dropFirst().sorted { $0.top.lexicographicallyPrecedes($1.top) }
            all += holes.map { Outline(parent: outer, points: $0.points) }
        }
        return all
    }
}
