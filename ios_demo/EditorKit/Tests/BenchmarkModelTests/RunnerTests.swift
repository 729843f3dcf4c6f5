import FakeModel
import Foundation
import SqueezeSAM
import XCTest

@testable import BenchmarkModel

final class RunnerTests: XCTestCase {
    private func bundles(_ scratch: Scratch, names: String...) throws -> BundleFolders {
        for name in names {
            _ = try FakeBundle.write(in: scratch.path("built-in"), name: name)
        }
        return BundleFolders(pushed: scratch.path("pushed"), builtIn: scratch.path("built-in"))
    }

    private func settings(
        _ change: (inout BenchmarkSettings) -> Void = { _ in }
    ) -> BenchmarkSettings {
        var settings = BenchmarkSettings()
        (settings.runs, settings.warmup, settings.run) = (3, 2, "7f3a")
        change(&settings)
        return settings
    }

    func testEveryComputeUnitGivesARowWithTheAskedNumberOfTimes() async throws {
        let scratch = try Scratch()
        let device = FakeDevice()
        let seen = Collected<BenchmarkProgress>()
        let settings = settings { $0.computeUnits = [.all, .cpuOnly] }
        let result = try await BenchmarkRunner(
            settings, device: device, bundles: try bundles(scratch, names: "own"),
            progress: { seen.add($0) }
        ).run(sample: .shared)

        XCTAssertEqual(result.rows.map(\.computeUnit), [.all, .cpuOnly])
        XCTAssertEqual(
            device.loads,
            [ComputeUnit.all, .cpuOnly].flatMap {
                [Load(unit: $0, cold: true), Load(unit: $0, cold: false)]
            })
        for row in result.rows {
            XCTAssertEqual(row.tap?.count, 3)
            XCTAssertEqual(row.automatic?.count, 3)
            XCTAssertEqual(row.programs.mapValues(\.count), ["segment": 3, "heat": 3])
            XCTAssertEqual(row.coldLoad, 1)
            XCTAssertEqual(row.warmLoad, 1)
            XCTAssertEqual(row.firstPrediction, 1)
            XCTAssertEqual(
                Set(row.stages.keys),
                ["open", "heat", "clicks", "prompts", "segment", "mask"])
            XCTAssertEqual(row.engine, "coreml")
        }
        XCTAssertEqual(result.rows[0].peakMemoryMiB, 200)
        XCTAssertEqual(result.thermal.before, .nominal)
        XCTAssertEqual(result.thermal.after, .fair)

        XCTAssertEqual(seen.all.map(\.done), Array(1...22))
        XCTAssertEqual(Set(seen.all.map(\.total)), [22])
        XCTAssertEqual(
            seen.all.prefix(11).map(\.part.rawValue),
            ["load", "load", "first", "warmup", "warmup"]
                + ["automatic", "automatic", "automatic", "tap", "tap", "tap"])
    }

    func testTheFactsOfTheBundleAreThoseOfItsFiles() async throws {
        let scratch = try Scratch()
        let runner = BenchmarkRunner(
            settings(), device: FakeDevice(), bundles: try bundles(scratch, names: "own"))
        let bundle = try await runner.run(sample: .shared).rows[0].bundle
        let manifest = try Data(
            contentsOf: scratch.path("built-in/own/manifest.json"))
        XCTAssertEqual(bundle.sha256, SqueezeSAMCore.sha256(manifest))
        XCTAssertEqual(bundle.bytes["bundle"], Int64(manifest.count))
        XCTAssertEqual(bundle.bytes["segment"], 0)
        XCTAssertEqual(bundle.main, "segment")
        XCTAssertEqual(bundle.name, "fake-coreml-int8-64x64")
        XCTAssertEqual([bundle.target, bundle.precision], ["coreml", "int8"])
    }

    func testAPushedBundleComesBeforeTheAppsOwnOfTheSameName() throws {
        let scratch = try Scratch()
        let bundles = try bundles(scratch, names: "own", "second")
        _ = try FakeBundle.write(in: scratch.path("pushed"), name: "own")
        _ = try FakeBundle.write(in: scratch.path("pushed"), name: "third")
        XCTAssertEqual(bundles.names, ["own", "second", "third"])
        XCTAssertEqual(bundles.folder(named: "own")?.path, scratch.path("pushed/own").path)
        XCTAssertEqual(bundles.folder(named: "second")?.path, scratch.path("built-in/second").path)
        XCTAssertNil(bundles.folder(named: "fourth"))
        XCTAssertNil(bundles.folder(named: "../pushed/own"))
    }

    func testBundlesOfATargetThatTheSystemLacksAreNotOffered() throws {
        let scratch = try Scratch()
        _ = try bundles(scratch, names: "own")
        let folders = { (missing: Set<String>) in
            BundleFolders(
                pushed: scratch.path("pushed"), builtIn: scratch.path("built-in"), without: missing)
        }
        XCTAssertEqual(folders(["coreai"]).names, ["own"])
        XCTAssertEqual(folders(["coreml"]).names, [])
        XCTAssertNil(folders(["coreml"]).folder(named: "own"))
    }

    func testAnAppWithoutTheBundleSaysSo() async throws {
        let scratch = try Scratch()
        let none = BundleFolders(pushed: scratch.path("a"), builtIn: scratch.path("b"))
        await assertFails(.noBundle, settings(), none)
        await assertFails(
            .noBundle, settings { $0.bundle = "other" }, try bundles(scratch, names: "own"))
    }

    func testADamagedBundleAndAFailingEngineHaveTheirCodes() async throws {
        let scratch = try Scratch()
        let bundles = try bundles(scratch, names: "own")
        let file = scratch.path("built-in/own/segment.bin")
        try Data("x".utf8).write(to: file)
        await assertFails(.badBundle, settings(), bundles)
        try Data().write(to: file)

        let device = FakeDevice()
        device.loading = { _ in
            throw SegmentationError(.engine, "the Neural Engine is not there")
        }
        await assertFails(.unsupported, settings(), bundles, device)
        device.loading = { _ in throw SegmentationError(.outOfMemory, "no memory") }
        await assertFails(.memory, settings(), bundles, device)
    }

    func testABundleWithoutAnAutomaticMaskIsMeasuredByTaps() async throws {
        let scratch = try Scratch()
        let device = FakeDevice()
        device.loading = { _ in try FakeBundle.segmenter(capabilities: [.negativePoints]) }
        let seen = Collected<BenchmarkProgress>()
        let result = try await BenchmarkRunner(
            settings(), device: device, bundles: try bundles(scratch, names: "own"),
            progress: { seen.add($0) }
        ).run(sample: .shared)
        XCTAssertEqual(result.rows[0].tap?.count, 3)
        XCTAssertNil(result.rows[0].automatic)
        XCTAssertNil(result.rows[0].firstPrediction)
        XCTAssertEqual(seen.all.last?.done, seen.all.last?.total)
    }

    private func assertFails(
        _ code: BenchmarkFailure.Code, _ settings: BenchmarkSettings, _ bundles: BundleFolders,
        _ device: FakeDevice = FakeDevice(), line: UInt = #line
    ) async {
        do {
            _ = try await BenchmarkRunner(settings, device: device, bundles: bundles)
                .run(sample: .shared)
            XCTFail("there is a result", line: line)
        } catch let failure as BenchmarkFailure {
            XCTAssertEqual(failure.code, code, failure.sentence, line: line)
            XCTAssertEqual(failure.run, "7f3a", line: line)
        } catch {
            XCTFail("\(error)", line: line)
        }
    }
}
