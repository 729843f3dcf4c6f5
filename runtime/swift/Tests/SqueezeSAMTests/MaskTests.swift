import Foundation
import SqueezeSAM
import XCTest

/// What a mask gives, against plain rules written here.
final class MaskTests: XCTestCase {
    private func mask(_ photo: Photo = squarePhoto(), _ options: PredictOptions = .init())
        async throws -> Mask
    {
        try await tinySegmenter(RedEngine()).open(photo).predict(options)
    }

    func testTheAutomaticMaskIsTheRedSquare() async throws {
        let mask = try await mask()
        XCTAssertEqual(mask.size.width, 80)
        XCTAssertEqual(mask.size.height, 60)
        XCTAssertEqual(mask.candidate, 1)
        XCTAssertEqual(mask.score, 0.9)
        XCTAssertEqual(mask.candidateScores, [0.2, 0.9, 0.4, 0.1])
        let bitmap = try mask.bitmap()
        // The square's middle is inside, what is far from it outside.
        for (x, y, inside) in [(32, 28, true), (24, 20, true), (10, 28, false), (60, 28, false)] {
            XCTAssertEqual(bitmap[x, y], inside, "\(x), \(y)")
        }
        XCTAssertEqual(mask.area, bitmap.bytes.filter { $0 == 1 }.count)
        XCTAssertTrue(mask.prompts.allSatisfy(\.isAutomatic))
        XCTAssertGreaterThan(mask.timings.total, 0)
        XCTAssertGreaterThan(mask.timings.open, 0)
    }

    func testEveryPixelFormatAndStrideGivesTheSameMask() async throws {
        let wanted = try await mask().bitmap()
        for format in [Photo.Format.rgb, .rgba, .bgra] {
            for gap in [0, 5] {
                let found = try await mask(squarePhoto(format: format, gap: gap)).bitmap()
                XCTAssertEqual(found, wanted, "\(format), gap \(gap)")
            }
        }
    }

    func testAPhotoThatLiesOnItsSideIsTurned() async throws {
        let photo = squarePhoto(square: (4, 16, 24))
        let turned = photo.oriented(.right)
        let size = try turned.orientedSize()
        XCTAssertEqual(size.width, 60)
        XCTAssertEqual(size.height, 80)
        let mask = try await mask(turned)
        XCTAssertEqual(mask.size.width, 60)
        // Clockwise by a quarter: stored (4...27, 16...39) is upright (20...43, 4...27).
        let bounds = try XCTUnwrap(mask.bounds)
        XCTAssertEqual(Double(bounds.x) + Double(bounds.width) / 2, 32, accuracy: 3)
        XCTAssertEqual(Double(bounds.y) + Double(bounds.height) / 2, 16, accuracy: 3)
    }

    func testDerivingAMaskRunsNoNetwork() async throws {
        let engine = RedEngine()
        let session = try await tinySegmenter(engine).open(squarePhoto())
        let best = try await session.predict()
        let runs = engine.runs
        for candidate in 0..<4 {
            let options = PredictOptions(candidate: candidate, keepLargest: true)
            let derived = try best.derive(options)
            let predicted = try await session.predict(options)
            XCTAssertEqual(try derived.bitmap(), try predicted.bitmap())
            XCTAssertEqual(derived.candidate, candidate)
        }
        XCTAssertEqual(engine.runs, runs + 4)
    }

    func testLogitsAlphaAndMaskSayTheSame() async throws {
        let mask = try await mask()
        let (logits, alpha, bitmap) = (try mask.logits(), try mask.alpha(), try mask.bitmap())
        for index in logits.indices {
            XCTAssertEqual(logits[index] > 0, bitmap.bytes[index] == 1)
            let sigmoid = 255 / (1 + exp(-Double(logits[index])))
            XCTAssertEqual(Double(alpha[index]), sigmoid, accuracy: 0.5001)
        }
        let plane = try XCTUnwrap(mask.planeLogits(candidate: 1))
        XCTAssertEqual(plane.count, mask.planeSize.width * mask.planeSize.height)
        XCTAssertEqual(plane.max(), logits.max())
    }

    func testACutoutIsThePhotoWhereTheMaskIs() async throws {
        let photo = squarePhoto(format: .bgra)
        let mask = try await mask(photo)
        let bitmap = try mask.bitmap()
        let hard = try mask.cutout(of: photo, CutoutOptions(soft: false))
        let soft = try mask.cutout(of: photo)
        let premultiplied = try mask.cutout(of: photo, CutoutOptions(premultiplied: true))
        let alpha = bitmap.bytes.indices.map { soft.bytes[4 * $0 + 3] }
        XCTAssertGreaterThan(alpha.filter { $0 == 255 }.count, 300)
        XCTAssertGreaterThan(alpha.filter { $0 == 0 }.count, 3000)
        XCTAssertEqual(hard.rect, Mask.PixelRect(x: 0, y: 0, width: 80, height: 60))
        for index in bitmap.bytes.indices {
            let (x, y) = (index % 80, index / 80)
            let red = 20..<44 ~= x && 16..<40 ~= y
            let colour: [UInt8] = red ? [220, 40, 30] : [20, 40, 200]
            func pixel(_ cutout: Cutout) -> [UInt8] {
                Array(cutout.bytes[4 * index..<4 * index + 4])
            }
            XCTAssertEqual(pixel(hard), bitmap.bytes[index] == 1 ? colour + [255] : [0, 0, 0, 0])
            // Between them the colour is the object's own, freed from what is behind it.
            if alpha[index] == 0 || alpha[index] == 255 {
                XCTAssertEqual(
                    pixel(soft), alpha[index] == 0 ? [0, 0, 0, 0] : colour + [alpha[index]])
            }
            for channel in 0..<3 {
                let wanted = Double(pixel(soft)[channel]) * Double(alpha[index]) / 255
                XCTAssertEqual(Double(pixel(premultiplied)[channel]), wanted, accuracy: 0.5001)
            }
        }
    }

    func testRefiningMovesTheEdgeToThePhotos() async throws {
        let photo = squarePhoto()
        let mask = try await mask(photo)
        let refined = try mask.refined(by: photo)
        func wrongPixels(_ mask: Mask) throws -> Int {
            let bytes = try mask.bitmap().bytes
            return bytes.indices.filter { index in
                let red = 20..<44 ~= index % 80 && 16..<40 ~= index / 80
                return (bytes[index] == 1) != red
            }.count
        }
        XCTAssertLessThanOrEqual(try wrongPixels(refined), try wrongPixels(mask))
        XCTAssertNotEqual(try refined.logits(), try mask.logits())
        XCTAssertEqual(refined.prompts, mask.prompts)
        XCTAssertEqual(refined.area, try refined.bitmap().bytes.reduce(0) { $0 + Int($1) })
        XCTAssertThrowsError(try mask.refined(by: photo.oriented(.right))) {
            XCTAssertEqual(($0 as? SegmentationError)?.code, .photo)
        }
    }

    func testACropIsThePartRoundTheObject() async throws {
        let photo = squarePhoto()
        let mask = try await mask(photo)
        let whole = try mask.cutout(of: photo, CutoutOptions(soft: false))
        let crop = try mask.cutout(of: photo, CutoutOptions(soft: false, crop: true))
        XCTAssertEqual(crop.rect, mask.bounds)
        let rect = crop.rect
        for y in 0..<rect.height {
            let from = 4 * ((rect.y + y) * 80 + rect.x)
            let row = crop.bytes[4 * y * rect.width..<4 * (y + 1) * rect.width]
            XCTAssertEqual(Array(row), Array(whole.bytes[from..<from + 4 * rect.width]))
        }
    }

    func testFillingAnExactContourGivesTheMaskBack() async throws {
        let bitmap = Bitmap(
            width: 7, height: 5,
            bytes: Array("####..." + "#..#.#." + "#.##..." + "####.##" + ".....##")
                .map { $0 == "#" ? 1 : 0 })
        let masks = [bitmap, try await mask().bitmap()]
        for bitmap in masks {
            let rings = try bitmap.contour().rings
            for y in 0..<bitmap.height {
                for x in 0..<bitmap.width {
                    // Even-odd: how many edges lie to the right of the pixel's centre.
                    let crossings = rings.flatMap(edges).filter { a, b in
                        (a.y > Float(y) + 0.5) != (b.y > Float(y) + 0.5) && a.x > Float(x) + 0.5
                    }
                    XCTAssertEqual(crossings.count % 2 == 1, bitmap[x, y], "\(x), \(y)")
                }
            }
        }
        XCTAssertEqual(try bitmap.contour().rings.filter { $0.parent != nil }.count, 1)
    }

    private func edges(_ ring: Contour.Ring) -> [(SIMD2<Float>, SIMD2<Float>)] {
        Array(zip(ring.points, ring.points.dropFirst() + ring.points.prefix(1)))
    }

    func testRunLengthsThatDoNotFitAreRefused() async throws {
        let limit = "at most 65535 pixels a side and 268435456 in all"
        let cases: [(Int, Int, SegmentationError.Code, String)] = [
            (2, 2, .invalidArgument, "the run lengths do not add up to 2x2 pixels"),
            (0, 3, .photo, "the photo has no pixels (0x3)"),
            (-1, -3, .photo, "the photo has no pixels (-1x-3)"),
            (60000, 60000, .photo, "the photo is too large (60000x60000): \(limit)"),
            (
                .max, .max, .photo,
                "the photo is too large (2147483647x2147483647): \(limit)"
            ),
        ]
        for (width, height, code, sentence) in cases {
            let runs = RunLengths(width: width, height: height, counts: [1, 2])
            await assertFails(code, sentence) { _ = try runs.bitmap() }
        }
    }

    func testARectangleDrawnInAnyDirectionIsABox() {
        let wanted = Prompt.box(x0: 10, y0: 20, x1: 40, y1: 60)
        XCTAssertEqual(.box(CGRect(x: 10, y: 20, width: 30, height: 40)), wanted)
        XCTAssertEqual(.box(CGRect(x: 40, y: 60, width: -30, height: -40)), wanted)
        XCTAssertEqual(.foreground(CGPoint(x: 1, y: 2)), Prompt.foreground(x: 1, y: 2))
        XCTAssertEqual(.background(CGPoint(x: 1, y: 2)), Prompt.background(x: 1, y: 2))
    }
}
