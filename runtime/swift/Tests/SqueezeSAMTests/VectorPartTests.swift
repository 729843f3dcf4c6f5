import CSqueezeSAM
import Foundation
import XCTest

@testable import SqueezeSAM

/// The shared vectors for the core's plain functions, through the C module.
final class VectorPartTests: XCTestCase {
    func testPhotosAreTurnedAndResizedAsInTheVectors() throws {
        try Vectors.each("geometry") { one in
            switch try one.text("kind") {
            case "fit": try checkFit(one)
            case "exif":
                let file = Data(try one.bytes("file"))
                XCTAssertEqual(
                    Int(Photo.Orientation(ofEncoded: file).rawValue), try one.whole("orientation"))
            case "orient": try checkPixels(one, wanted: "upright") { ssam_orient(&$0, &$1, 0) }
            case "resize":
                let (width, height) = (try one.whole("width"), try one.whole("height"))
                try checkPixels(one, wanted: "resized") {
                    ssam_resize(&$0, Int32(width), Int32(height), &$1)
                }
            case let kind: throw VectorError("unknown kind \(kind)")
            }
        }
    }

    private func checkFit(_ one: Case) throws {
        let (photo, input) = (try one.numbers("photo"), try one.numbers("input"))
        var (width, height): (Int32, Int32) = (0, 0)
        let status = ssam_fit(
            Int32(photo[0]), Int32(photo[1]), Int32(input[0]), Int32(input[1]), &width, &height)
        XCTAssertEqual(status, 0)
        XCTAssertEqual([Double(width), Double(height)], try one.numbers("size"))
    }

    private func checkPixels(
        _ one: Case, wanted: String, _ call: (inout ssam_image, inout [UInt8]) -> ssam_status
    ) throws {
        let wanted = try one.bytes(wanted)
        var found = [UInt8](repeating: 0, count: wanted.count)
        var image = ssam_image()
        image.width = Int32(try one.whole("stored_width"))
        image.height = Int32(try one.whole("stored_height"))
        image.format = Int32(SSAM_FORMAT_RGB)
        image.orientation = Int32(try one.whole("orientation"))
        try one.bytes("stored").withUnsafeBufferPointer { stored in
            image.data = stored.baseAddress
            XCTAssertEqual(call(&image, &found), 0)
        }
        XCTAssertEqual(found, wanted)
    }

    func testTwoPlanesBecomeRGBAsInTheVectors() throws {
        try Vectors.each("nv12") { one in
            let photo = try twoPlanes(one)
            let size = try photo.orientedSize()
            let upright = try one.bytes("upright")
            XCTAssertEqual(size.width * size.height * 3, upright.count)
            var found = [UInt8](repeating: 0, count: upright.count)
            try photo.withImage { image in
                var image = image
                XCTAssertEqual(ssam_orient(&image, &found, 0), 0)
            }
            XCTAssertEqual(found, upright)
            found = [UInt8](repeating: 0, count: try one.bytes("resized").count)
            let (width, height) = (Int32(try one.whole("width")), Int32(try one.whole("height")))
            try photo.withImage { image in
                var image = image
                XCTAssertEqual(ssam_resize(&image, width, height, &found), 0)
            }
            XCTAssertEqual(found, try one.bytes("resized"))
        }
    }

    private func twoPlanes(_ one: Case) throws -> Photo {
        let pairs: [String: Photo.Coding.Pairs] = ["FORMAT_NV12": .cbCr, "FORMAT_NV21": .crCb]
        let ranges: [String: Photo.Coding.Range] = ["RANGE_VIDEO": .video, "RANGE_FULL": .full]
        let matrices: [String: Photo.Coding.Matrix] = [
            "MATRIX_BT601": .bt601, "MATRIX_BT709": .bt709,
        ]
        return Photo(
            luma: Data(try one.bytes("luma")), lumaStride: try one.whole("stride"),
            chroma: Data(try one.bytes("chroma")), chromaStride: try one.whole("chroma_stride"),
            width: try one.whole("stored_width"), height: try one.whole("stored_height"),
            coding: Photo.Coding(
                try XCTUnwrap(pairs[one.text("format")]),
                range: try XCTUnwrap(ranges[one.text("range")]),
                matrix: try XCTUnwrap(matrices[one.text("matrix")])),
            orientation: try XCTUnwrap(
                Photo.Orientation(rawValue: Int32(one.whole("orientation")))))
    }

    func testPromptsAreDrawnAsInTheVectors() throws {
        try Vectors.each("planes") { one in
            let points = try one.rows("points").flatMap { $0 }.map { Float($0) }
            let labels = try one.numbers("labels").map { Float($0) }
            let (width, height) = (try one.whole("width"), try one.whole("height"))
            let boxDefault = Float(try one.number("box_default"))
            var wanted = [Float](repeating: boxDefault, count: width * height)
            if try !one.isNull("box") {
                wanted = try asPlane(one.list("box")).2.map { Float($0) }
            }
            wanted += try asPlane(one.list("clicks"), inside: "+-").2.map { Float($0) }
            var found = [Float](repeating: .nan, count: wanted.count)
            let status = ssam_draw_planes(
                points, labels, labels.count, Int32(width), Int32(height),
                try one.number("radius"), boxDefault, &found)
            XCTAssertEqual(status, 0)
            XCTAssertEqual(found, wanted, one.name)
        }
    }

    func testHeatMapsBecomeClicksAsInTheVectors() throws {
        try Vectors.each("saliency") { one in
            let heat = try one.bytes("heat")
            switch try one.text("kind") {
            case "heat":
                let logits = try one.floats("logits")
                var found = [UInt8](repeating: 0, count: logits.count)
                XCTAssertEqual(ssam_logits_to_heat(logits, logits.count, &found), 0)
                XCTAssertEqual(found, heat)
            case "clicks":
                var found = ssam_saliency()
                let (width, height) = (try one.whole("width"), try one.whole("height"))
                XCTAssertEqual(
                    ssam_salient_clicks(heat, Int32(width), Int32(height), 0, &found), 0)
                XCTAssertEqual(Int(found.threshold), try one.whole("threshold"))
                XCTAssertEqual(Int(found.area), try one.whole("area"))
                XCTAssertEqual(Int(found.peak), try one.whole("peak"))
                XCTAssertEqual(clicks(found), try one.rows("clicks"), one.name)
            case let kind: throw VectorError("unknown kind \(kind)")
            }
        }
    }

    /// The examples of FIPS 180-4, and every length round the padding's edges.
    func testTheHashIsSHA256() {
        XCTAssertEqual(
            SqueezeSAMCore.sha256(Data()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        XCTAssertEqual(
            SqueezeSAMCore.sha256(Data("abc".utf8)),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        XCTAssertEqual(
            SqueezeSAMCore.sha256(
                Data("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        XCTAssertEqual(
            SqueezeSAMCore.sha256(Data(repeating: UInt8(ascii: "a"), count: 100_000)),
            "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee")
        let lengths = (0...130).reduce(into: Data()) { all, count in
            all += Data(SqueezeSAMCore.sha256(Data(repeating: 7, count: count)).utf8)
        }
        XCTAssertEqual(
            SqueezeSAMCore.sha256(lengths),
            "fdc14d9a854281aa84200a6c253c301780cd2bb952599f29ba0ff6384d18a308")
    }

    private func clicks(_ found: ssam_saliency) -> [[Double]] {
        let x = withUnsafeBytes(of: found.x) { Array($0.bindMemory(to: Double.self)) }
        let y = withUnsafeBytes(of: found.y) { Array($0.bindMemory(to: Double.self)) }
        return (0..<Int(found.count)).map { [x[$0], y[$0]] }
    }
}
