import Foundation
import XCTest

@testable import SqueezeSAM

/// What cannot work is refused with the core's own sentence.
final class BadInputTests: XCTestCase {
    func testPhotosThatCannotBeAreRefused() async throws {
        let segmenter = try tinySegmenter(RedEngine())
        let bytes = Data(repeating: 9, count: 300)
        func photo(_ width: Int, _ height: Int, stride: Int = 0, _ bytes: Data) -> Photo {
            Photo(bytes: bytes, width: width, height: height, stride: stride)
        }
        let limit = "at most 65535 pixels a side and 268435456 in all"
        let cases: [(Photo, SegmentationError.Code, String)] = [
            (photo(0, 10, bytes), .photo, "the photo has no pixels (0x10)"),
            (photo(10, -1, bytes), .photo, "the photo has no pixels (10x-1)"),
            (photo(10, 10, Data()), .invalidArgument, tooFew(0, "10 x 10")),
            (photo(65536, 1, bytes), .photo, "the photo is too large (65536x1): \(limit)"),
            (photo(60000, 60000, bytes), .invalidArgument, tooFew(300, "60000 x 60000")),
            (
                photo(Int.max, Int.max, bytes), .photo,
                "the photo is too large (2147483647x2147483647): \(limit)"
            ),
            (
                photo(10, 10, stride: 29, bytes), .invalidArgument,
                "the stride 29 is less than a row of 30"
            ),
            (
                photo(10, 10, stride: -30, bytes), .invalidArgument,
                "the stride -30 is less than a row of 30"
            ),
            (photo(10, 11, bytes), .invalidArgument, tooFew(300, "10 x 11")),
            (photo(10, 10, stride: 31, bytes), .invalidArgument, tooFew(300, "10 x 10")),
            (photo(10, 10, stride: Int.max, bytes), .invalidArgument, tooFew(300, "10 x 10")),
        ]
        for (photo, code, sentence) in cases {
            await assertFails(code, sentence) { _ = try await segmenter.open(photo) }
        }
        // The last row may end where its pixels end.
        let last = Data(repeating: 9, count: 9 * 31 + 30)
        _ = try await segmenter.open(photo(10, 10, stride: 31, last))
    }

    func testPlanesThatAreTooShortAreRefused() async throws {
        let segmenter = try tinySegmenter(RedEngine())
        func photo(_ luma: Int, _ chroma: Int, chromaStride: Int = 0) -> Photo {
            Photo(
                luma: Data(count: luma), chroma: Data(count: chroma), chromaStride: chromaStride,
                width: 5, height: 3, coding: Photo.Coding(range: .full, matrix: .bt601))
        }
        for (photo, bytes) in [
            (photo(14, 12), 14), (photo(15, 11), 11), (photo(15, 0), 0),
            (photo(15, 12, chromaStride: 7), 12),
        ] {
            await assertFails(.invalidArgument, tooFew(bytes, "5 x 3")) {
                _ = try await segmenter.open(photo)
            }
        }
        await assertFails(.invalidArgument, "the stride 5 is less than a row of 6") {
            _ = try await segmenter.open(photo(15, 12, chromaStride: 5))
        }
        _ = try await segmenter.open(photo(15, 12))
    }

    private func tooFew(_ bytes: Int, _ size: String) -> String {
        "the photo has \(bytes) bytes, too few for \(size) pixels"
    }

    func testPromptsThatCannotBeAreRefusedAndLeaveTheOthers() async throws {
        let session = try await tinySegmenter(RedEngine()).open(squarePhoto())
        try await session.add(.foreground(x: 30, y: 30))
        let outside = "is outside the photo of 80x60 pixels"
        let order = "the first corner must be left of and above the second"
        let cases: [(Prompt, String)] = [
            (.foreground(x: -0.51, y: 3), "the click (-0.51, 3) \(outside)"),
            (.foreground(x: 79.5, y: 3), "the click (79.5, 3) \(outside)"),
            (.background(x: 3, y: 1e9), "the click (3, 1000000000) \(outside)"),
            (.foreground(x: .nan, y: 3), "the click (nan, 3) \(outside)"),
            (.background(x: 3, y: .infinity), "the click (3, inf) \(outside)"),
            (.box(x0: 9, y0: 9, x1: 9, y1: 20), "the box (9, 9, 9, 20) is empty: \(order)"),
            (.box(x0: 20, y0: 9, x1: 9, y1: 20), "the box (20, 9, 9, 20) is inverted: \(order)"),
            (
                .box(x0: 100, y0: 9, x1: 120, y1: 20),
                "the box (100, 9, 120, 20) does not touch the photo of 80x60 pixels"
            ),
            (
                .box(x0: 1, y0: .nan, x1: 2, y1: 3),
                "the box (1, nan, 2, 3) has a corner that is not a number"
            ),
        ]
        for (prompt, sentence) in cases {
            await assertFails(.prompt, sentence) { try await session.add(prompt) }
        }
        let left = try await session.prompts
        XCTAssertEqual(left, [.foreground(x: 30, y: 30)])
    }

    func testPromptsThatTheModelWasNotTrainedForAreRefused() async throws {
        let manifest = try tinyManifest(negativePoints: false, box: false, heat: false)
        let session = try await tinySegmenter(RedEngine(), manifest: manifest).open(squarePhoto())
        await assertFails(
            .promptUnsupported, "this model was not trained for background clicks"
        ) { try await session.add(.background(x: 1, y: 1)) }
        await assertFails(.promptUnsupported, "this model was not trained for boxes") {
            try await session.add(.box(x0: 1, y0: 1, x1: 9, y1: 9))
        }
        await assertFails(
            .promptUnsupported, "this bundle has no heat map: give a click or a box"
        ) { _ = try await session.predict() }
        await assertFails(
            .promptUnsupported, "this bundle has no heat map: it finds no clicks by itself"
        ) { _ = try await session.automaticClicks() }
    }

    func testAPhotoInWhichNothingStandsOutNeedsAPrompt() async throws {
        let grey = Photo(
            bytes: Data(repeating: 90, count: 400), width: 20, height: 20, format: .gray)
        let session = try await tinySegmenter(RedEngine()).open(grey)
        let clicks = try await session.automaticClicks()
        XCTAssertEqual(clicks, [])
        await assertFails(
            .nothingStandsOut, "nothing stands out in this photo; give a click or a box"
        ) { _ = try await session.predict() }
    }

    func testCandidatesThatDoNotExistAreRefused() async throws {
        let session = try await tinySegmenter(RedEngine()).open(squarePhoto())
        let mask = try await session.predict()
        for (candidate, sentence) in [
            (4, "there is no candidate 4; this model proposes 4, counted from 0"),
            (-1, "there is no candidate -1"),
        ] {
            let options = PredictOptions(candidate: candidate)
            await assertFails(.invalidArgument, sentence) {
                _ = try await session.predict(options)
            }
            await assertFails(.invalidArgument, sentence) { _ = try mask.derive(options) }
            XCTAssertNil(mask.planeLogits(candidate: candidate))
        }
    }

    func testACutoutNeedsThePhotoOfItsMask() async throws {
        let session = try await tinySegmenter(RedEngine()).open(squarePhoto())
        let mask = try await session.predict()
        await assertFails(
            .photo, "the photo is 60x80, its mask 80x60: not the photo this mask was made from"
        ) { _ = try mask.cutout(of: squarePhoto().oriented(.right)) }
    }

    func testAnEmptyMaskCannotBeCroppedTo() async throws {
        let engine = RedEngine()
        let blue = squarePhoto(square: (0, 0, 0))
        let session = try await tinySegmenter(engine).open(blue)
        try await session.add(.foreground(x: 30, y: 30))
        let mask = try await session.predict()
        XCTAssertEqual(mask.area, 0)
        XCTAssertNil(mask.bounds)
        XCTAssertEqual(try mask.contour().rings, [])
        // A soft edge is never wholly transparent; a hard one is.
        await assertFails(.state, "the mask is empty: there is nothing to crop to") {
            _ = try mask.cutout(of: blue, CutoutOptions(soft: false, crop: true))
        }
        XCTAssertTrue(
            try mask.cutout(of: blue, CutoutOptions(soft: false)).bytes.allSatisfy { $0 == 0 })
    }

    func testWhatAnEngineSaysReachesTheApp() async throws {
        struct Broken: LocalizedError {
            var errorDescription: String? { "out of batteries" }
        }
        let engine = RedEngine()
        engine.during = { _ in throw Broken() }
        let session = try await tinySegmenter(engine).open(squarePhoto())
        await assertFails(.engine, "the program 'heat' failed: out of batteries") {
            _ = try await session.predict()
        }
        // The session is as it was: it works once the engine does.
        engine.during = nil
        let mask = try await session.predict()
        XCTAssertGreaterThan(mask.area, 0)
        engine.scores = [0.1, .nan, 0.2, 0.3]
        await assertFails(
            .engine, "the program 'segment' returned a value in 'scores' that is not a number"
        ) { _ = try await session.predict() }
    }

    func testALongReasonIsCutBetweenCharacters() async throws {
        let engine = RedEngine()
        engine.during = { _ in
            throw SegmentationError(.engine, "a" + String(repeating: "é", count: 5000))
        }
        let session = try await tinySegmenter(engine).open(squarePhoto())
        do {
            _ = try await session.predict()
            XCTFail("nothing was thrown")
        } catch let error as SegmentationError {
            XCTAssertEqual(error.code, .engine)
            let start = "the program 'heat' failed: aé"
            XCTAssertTrue(error.message.hasPrefix(start), error.message)
            XCTAssertFalse(error.message.contains("\u{FFFD}"))
        }
    }

    /// What encoded photos are held against before they are decoded: the core's own limits.
    func testThePhotosSizeIsLimitedAsInTheCore() throws {
        for (width, height) in [(1, 1), (65535, 1), (16384, 16384)] {
            XCTAssertNoThrow(try Photo.checkSize(width: width, height: height))
        }
        for (width, height) in [(0, 1), (1, -1), (65536, 1), (16385, 16384), (Int.max, Int.max)] {
            XCTAssertThrowsError(try Photo.checkSize(width: width, height: height)) {
                XCTAssertEqual(($0 as? SegmentationError)?.code, .photo)
            }
        }
    }
}
