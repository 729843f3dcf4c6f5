import Foundation
import SqueezeSAM
import XCTest

/// Calls from many tasks at once.
final class ConcurrencyTests: XCTestCase {
    func testSessionsOfOneSegmenterWorkSideBySide() async throws {
        for isConcurrent in [false, true] {
            let engine = RedEngine(isConcurrent: isConcurrent)
            engine.during = { _ in usleep(2000) }
            let segmenter = try tinySegmenter(engine)
            let found = try await withThrowingTaskGroup(of: (Int, Mask.PixelRect?).self) { group in
                for index in 0..<6 {
                    group.addTask {
                        let photo = squarePhoto(square: (8 * index, 16, 24))
                        return (index, try await segmenter.open(photo).predict().bounds)
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            let alone = try tinySegmenter(RedEngine())
            for index in 0..<6 {
                let photo = squarePhoto(square: (8 * index, 16, 24))
                let wanted = try await alone.open(photo).predict().bounds
                XCTAssertEqual(found[index], wanted)
            }
            if isConcurrent {
                XCTAssertGreaterThan(engine.mostInside, 1)
            } else {
                XCTAssertEqual(engine.mostInside, 1)
            }
        }
    }

    func testManyTasksMayUseOneSession() async throws {
        let session = try await tinySegmenter(RedEngine()).open(squarePhoto())
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    do {
                        switch index % 4 {
                        case 0: try await session.add(.foreground(x: Double(index), y: 20))
                        case 1: _ = try await session.predict()
                        case 2: try await session.undo()
                        default: _ = try await session.prompts
                        }
                    } catch let error as SegmentationError {
                        // Later calls win; nothing else may go wrong, least of all "busy".
                        XCTAssertEqual(error.code, .cancelled)
                    } catch {
                        XCTFail("\(error)")
                    }
                }
            }
        }
        try await session.clear()
        let mask = try await session.predict()
        XCTAssertTrue(mask.prompts.allSatisfy(\.isAutomatic))
    }

    func testAMaskMayBeUsedByManyTasks() async throws {
        let photo = squarePhoto()
        let mask = try await tinySegmenter(RedEngine()).open(photo).predict()
        let wanted = (try mask.bitmap(), try mask.cutout(of: photo))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    XCTAssertEqual(try mask.bitmap(), wanted.0)
                    XCTAssertEqual(try mask.cutout(of: photo), wanted.1)
                    XCTAssertEqual(try mask.contour(tolerance: 1).rings.count, 1)
                }
            }
            try await group.waitForAll()
        }
    }
}
