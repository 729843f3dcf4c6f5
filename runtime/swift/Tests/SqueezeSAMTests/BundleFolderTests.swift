import Foundation
import SqueezeSAM
import XCTest

/// Bundles on disk, sound and damaged.
final class BundleFolderTests: XCTestCase {
    func testABundleIsVerifiedAndLoaded() async throws {
        let folder = try tinyBundle(self)
        let segmenter = try await Segmenter.load(
            contentsOf: folder,
            engine: EngineLoader { bundle in
                XCTAssertEqual(
                    try Data(contentsOf: XCTUnwrap(bundle.url(of: "heat"))), Data([66, 1, 3]))
                return RedEngine()
            }, prewarm: true)
        XCTAssertEqual(segmenter.bundle.folder, folder)
        XCTAssertEqual(segmenter.bundle.program("segment")?.fileSize, 3)
        // What changes on disk after loading does not matter any more.
        try FileManager.default.removeItem(at: folder)
        let mask = try await segmenter.open(squarePhoto()).predict()
        XCTAssertGreaterThan(mask.area, 0)
    }

    func testFoldersThatAreNoBundleAreRefused() async throws {
        let folder = try temporaryFolder(self)
        let path = folder.path
        await assertFails(.bundle, "\(path): not a bundle: it has no manifest.json") {
            _ = try ModelBundle(contentsOf: folder)
        }
        let nothing = folder.appendingPathComponent("nothing")
        await assertFails(.bundle, "\(path)/nothing: no such bundle") {
            _ = try ModelBundle(contentsOf: nothing)
        }
        let file = folder.appendingPathComponent("file")
        try Data("text".utf8).write(to: file)
        await assertFails(.bundle, "\(path)/file: not a bundle: a bundle is a folder") {
            _ = try ModelBundle(contentsOf: file)
        }
    }

    func testDamagedBundlesAreRefused() async throws {
        let folder = try tinyBundle(self)
        let file = folder.appendingPathComponent("heat.bin")
        try Data([66, 1, 4]).write(to: file)
        await assertFails(
            .bundleDamaged,
            "\(file.path): the file was changed or damaged (its sha256 is not the manifest's); "
                + "copy or export the bundle again"
        ) { _ = try ModelBundle(contentsOf: folder) }
        // An app that compared the hashes at installation need not do so again.
        _ = try ModelBundle(contentsOf: folder, check: .sizesOnly)
        try Data([1, 2]).write(to: file)
        await assertFails(
            .bundleDamaged,
            "\(file.path): the file has 2 bytes, the bundle's manifest says 3; copy or export the "
                + "bundle again"
        ) { _ = try ModelBundle(contentsOf: folder, check: .sizesOnly) }
        try FileManager.default.removeItem(at: file)
        await assertFails(
            .bundleDamaged,
            "\(file.path): the file is missing, though the bundle's manifest lists it"
        ) { _ = try ModelBundle(contentsOf: folder) }
    }

    func testABundleOfANewerExporterSaysSo() async throws {
        let folder = try tinyBundle(self, schema: 3)
        await assertFails(
            .bundleVersion,
            "\(folder.path)/manifest.json: made by a newer squeezesam-export (schema_version 3, "
                + "this runtime reads up to 2); update the app"
        ) { _ = try ModelBundle(contentsOf: folder) }
    }

    func testAnEngineRefusesBundlesOfAnotherTarget() async throws {
        let bundle = try ModelBundle(manifest: tinyManifest(target: "executorch"))
        await assertFails(
            .engine, "the Core ML engine executes coreml bundles, 'tiny' is for executorch"
        ) { try EngineChecks.target(of: bundle, is: .coreML, engine: "Core ML") }
        try EngineChecks.target(of: bundle, is: .execuTorch, engine: "ExecuTorch")
    }

    func testAProgramMustHaveTheTensorsOfItsManifest() async throws {
        let bundle = try ModelBundle(manifest: tinyManifest())
        let image = try XCTUnwrap(bundle.program("segment")?.inputs.first)
        try EngineChecks.tensor(image, .input, of: "segment", found: [1, 3, 64, 64])
        await assertFails(
            .bundle,
            "the input 'image' of the program 'segment' is 1×3×128×128, the manifest says "
                + "1×3×64×64"
        ) { try EngineChecks.tensor(image, .input, of: "segment", found: [1, 3, 128, 128]) }
        await assertFails(.bundle, "the program 'heat' has no output 'image'") {
            try EngineChecks.tensor(image, .output, of: "heat", found: nil)
        }
    }
}
