import Foundation
import XCTest

@testable import BenchmarkModel

final class StatisticsTests: XCTestCase {
    func testPercentilesAreByNearestRank() throws {
        let hundred = try XCTUnwrap(Distribution((1...100).map(Double.init).shuffled()))
        XCTAssertEqual([hundred.p50, hundred.p90, hundred.p99], [50, 90, 99])
        let ten = try XCTUnwrap(Distribution((1...10).map(Double.init)))
        XCTAssertEqual([ten.p50, ten.p90, ten.p99], [5, 9, 10])
        let five = try XCTUnwrap(Distribution([15, 20, 35, 40, 50]))
        XCTAssertEqual([five.p50, five.p90, five.p99], [35, 50, 50])
        let one = try XCTUnwrap(Distribution([1.23456]))
        XCTAssertEqual([one.p50, one.p90, one.p99], [1.235, 1.235, 1.235])
        XCTAssertEqual(one.count, 1)
    }

    func testNoTimesHaveNoDistribution() {
        XCTAssertNil(Distribution([]))
    }

    func testTheSampleShowsAnOrangeThingRoundTheMiddleOnSomethingGrey() {
        let sample = SamplePhoto.shared
        XCTAssertEqual(sample.bytes.count, 1024 * 768 * 3)
        XCTAssertTrue(SamplePhoto.isObject(x: 512, y: 384))
        XCTAssertFalse(SamplePhoto.isObject(x: 20, y: 20))
        func pixel(_ x: Int, _ y: Int) -> [Int] {
            sample.bytes[(y * 1024 + x) * 3..<(y * 1024 + x) * 3 + 3].map(Int.init)
        }
        let (orange, wall) = (pixel(512, 384), pixel(20, 20))
        XCTAssertGreaterThan(orange[0] - orange[2], 100)
        XCTAssertLessThan(abs(wall[0] - wall[2]), 20)
    }
}

extension SamplePhoto {
    /// Drawn once: without optimisation that takes seconds.
    static let shared = SamplePhoto()
}
