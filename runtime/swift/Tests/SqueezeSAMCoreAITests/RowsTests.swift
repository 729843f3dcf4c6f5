import XCTest

@testable import SqueezeSAMCoreAI

final class RowsTests: XCTestCase {
    /// The memory places that rows visit, in the order of a dense copy.
    private func places(_ shape: [Int], _ strides: [Int]) -> [Int] {
        var found: [Int] = []
        for row in Rows(shape: shape, strides: strides) {
            XCTAssertEqual(row.dense, found.count)
            found += (0..<row.count).map { row.start + $0 * row.step }
        }
        return found
    }

    /// The same, index by index.
    private func oracle(_ shape: [Int], _ strides: [Int]) -> [Int] {
        zip(shape, strides).reduce([0]) { starts, axis in
            starts.flatMap { start in (0..<axis.0).map { start + $0 * axis.1 } }
        }
    }

    func testADenseArrayIsOneRow() {
        XCTAssertEqual(Array(Rows(shape: [1, 3, 4, 5], strides: [60, 20, 5, 1])).count, 1)
        XCTAssertEqual(places([1, 3, 4, 5], [60, 20, 5, 1]), Array(0..<60))
    }

    func testPaddedRowsAreVisitedOneByOne() {
        // Rows of 5 that begin 16 apart: as an accelerator aligns them.
        let shape = [1, 3, 4, 5]
        let strides = [192, 64, 16, 1]
        XCTAssertEqual(Array(Rows(shape: shape, strides: strides)).count, 12)
        XCTAssertEqual(places(shape, strides), oracle(shape, strides))
    }

    func testAnyStridesVisitWhatCountingTheIndicesVisits() {
        let cases: [([Int], [Int])] = [
            ([], []), ([7], [3]), ([2, 3], [1, 2]), ([4, 1, 2], [2, 99, 1]), ([1, 1], [5, 7]),
            ([2, 0, 3], [3, 3, 1]), ([3, 2, 2, 2], [64, 16, 4, 2]), ([2, 2, 3], [6, 3, 1]),
        ]
        for (shape, strides) in cases {
            XCTAssertEqual(places(shape, strides), oracle(shape, strides), "\(shape) \(strides)")
        }
    }
}
