import CSqueezeSAM
import SqueezeSAM
import XCTest

/// The shared vectors for manifests, good and bad.
final class VectorManifestTests: XCTestCase {
    func testManifestsAreReadOrRefusedAsInTheVectors() throws {
        try Vectors.each("manifests") { one in
            let text = try one.text("text")
            if try one.text("status") == "SSAM_OK" {
                try check(ModelBundle(manifest: text), one)
                return
            }
            XCTAssertThrowsError(try ModelBundle(manifest: text), one.name) { error in
                let error = error as? SegmentationError
                XCTAssertEqual(error.map { statusName($0.code.rawValue) }, try? one.text("status"))
                XCTAssertEqual(error?.message, try? one.text("sentence"))
            }
        }
    }

    private func check(_ bundle: ModelBundle, _ one: Case) throws {
        let info = try one.object("info")
        XCTAssertEqual(bundle.manifest, try one.text("text"))
        XCTAssertNil(bundle.folder)
        XCTAssertEqual(bundle.name, try info.text("name"))
        XCTAssertEqual(bundle.licence, try info.text("licence"))
        XCTAssertEqual(bundle.backend, try info.text("backend"))
        XCTAssertEqual(bundle.precision, try info.text("precision"))
        XCTAssertEqual(bundle.preset, try info.text("preset"))
        let targets: [String: ModelBundle.Target] = [
            "onnx": .onnx, "executorch": .execuTorch, "coreml": .coreML, "coreai": .coreAI,
        ]
        XCTAssertEqual(bundle.target, targets[try info.text("target")])
        XCTAssertEqual(bundle.schemaVersion, try info.whole("schema_version"))
        try checkSizes(bundle, info)
        XCTAssertEqual(bundle.candidateCount, try info.whole("candidate_count"))
        XCTAssertEqual(bundle.maxPoints, try info.whole("max_points"))
        let able = bundle.capabilities
        XCTAssertEqual(able.contains(.negativePoints), try info.flag("negative_points"))
        XCTAssertEqual(able.contains(.box), try info.flag("box"))
        XCTAssertEqual(able.contains(.automatic), try info.flag("automatic"))
        XCTAssertEqual(bundle.clickRadius, try info.number("click_radius"))
        XCTAssertEqual(Double(bundle.boxDefault), try info.number("box_default"))
        XCTAssertEqual(bundle.padValue.map { Double($0) }, try info.numbers("pad_value"))
        try checkPrograms(bundle, one.object("programs"))
    }

    private func checkSizes(_ bundle: ModelBundle, _ info: Case) throws {
        let sizes: [(String, (width: Int, height: Int))] = [
            ("input", bundle.inputSize), ("saliency", bundle.saliencySize ?? (0, 0)),
            ("mask", bundle.maskSize),
        ]
        for (name, size) in sizes {
            XCTAssertEqual(size.width, try info.whole("\(name)_width"))
            XCTAssertEqual(size.height, try info.whole("\(name)_height"))
        }
    }

    private func checkPrograms(_ bundle: ModelBundle, _ wanted: Case) throws {
        let names: [Program: String] = [.segmenter: "segmenter", .saliency: "saliency"]
        XCTAssertEqual(
            Set(bundle.programs.keys.compactMap { names[$0] }), Set(wanted.members.keys))
        for (program, found) in bundle.programs {
            let one = try wanted.object(names[program]!)
            XCTAssertEqual(found.path, try one.text("path"))
            XCTAssertEqual(Int(found.fileSize), try one.whole("file_size"))
            XCTAssertEqual(Int(found.multiplyAdds), try one.whole("macs"))
            for (tensors, key) in [(found.inputs, "inputs"), (found.outputs, "outputs")] {
                let pairs = try one.list(key).map { try $0.list() }
                XCTAssertEqual(tensors.map(\.name), try pairs.map { try $0[0].text() })
                let shapes = tensors.map { $0.shape.map { Double($0) } }
                XCTAssertEqual(shapes, try pairs.map { try $0[1].numbers() })
            }
        }
    }
}
