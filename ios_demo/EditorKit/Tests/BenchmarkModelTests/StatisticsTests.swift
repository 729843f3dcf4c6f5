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

    /// The examples of FIPS 180-4, and every length round the padding's edges.
    func testTheHashIsSHA256() {
        XCTAssertEqual(
            SHA256.hex(Data()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        XCTAssertEqual(
            SHA256.hex(Data("abc".utf8)),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        XCTAssertEqual(
            SHA256.hex(Data("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        XCTAssertEqual(
            SHA256.hex(Data(repeating: UInt8(ascii: "a"), count: 100_000)),
            "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee")
        let lengths = (0...130).reduce(into: Data()) { all, count in
            all += Data(SHA256.hex(Data(repeating: 7, count: count)).utf8)
        }
        XCTAssertEqual(
            SHA256.hex(lengths), "fdc14d9a854281aa84200a6c253c301780cd2bb952599f29ba0ff6384d18a308")
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
