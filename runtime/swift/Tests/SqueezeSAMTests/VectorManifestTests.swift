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
        XCTAssertEqual(able.contains(.previousMask), try info.flag("previous_mask"))
        try checkPrograms(bundle, one.objects("programs"))
    }

    private func checkSizes(_ bundle: ModelBundle, _ info: Case) throws {
        let sizes: [(String, (width: Int, height: Int))] = [
            ("input", bundle.inputSize), ("mask", bundle.maskSize),
        ]
        for (name, size) in sizes {
            XCTAssertEqual(size.width, try info.whole("\(name)_width"))
            XCTAssertEqual(size.height, try info.whole("\(name)_height"))
        }
    }

    private func checkPrograms(_ bundle: ModelBundle, _ wanted: [Case]) throws {
        XCTAssertEqual(bundle.programs.map(\.name), try wanted.map { try $0.text("name") })
        for (found, one) in zip(bundle.programs, wanted) {
            XCTAssertEqual(bundle.program(found.name), found)
            XCTAssertEqual("\(found.runs)", try one.text("runs"))
            XCTAssertEqual(found.path, try one.text("path"))
            XCTAssertEqual(Int(found.fileSize), try one.whole("file_size"))
            XCTAssertEqual(Int(found.macs), try one.whole("macs"))
            try checkTensors(found.inputs, one.list("inputs"), \.source)
            try checkTensors(found.outputs, one.list("outputs"), \.role)
        }
        XCTAssertNil(bundle.program("no such program"))
    }

    private func checkTensors(
        _ found: [ModelBundle.TensorInfo], _ wanted: [JSON],
        _ word: KeyPath<ModelBundle.TensorInfo, String>
    ) throws {
        let rows = try wanted.map { try $0.list() }
        XCTAssertEqual(found.map(\.name), try rows.map { try $0[0].text() })
        XCTAssertEqual(
            found.map { $0.shape.map { Double($0) } }, try rows.map { try $0[1].numbers() })
        XCTAssertEqual(found.map { $0[keyPath: word] }, try rows.map { try $0[2].text() })
    }
}
