import Foundation
import SqueezeSAM
import XCTest

@testable import BenchmarkModel

/// The file and the lines are compared with those in Expected/, which tests/apps reads with the
/// scripts' own reader and schema.
final class ConsoleTests: XCTestCase {
    private func expected(_ name: String) throws -> Data {
        try Data(
            contentsOf: XCTUnwrap(
                Bundle.module.url(forResource: "Expected/\(name)", withExtension: nil)))
    }

    private func result() throws -> BenchmarkResult {
        let times = (1...50).map { Double($0) * 0.75 }
        let distribution = try XCTUnwrap(Distribution(times))
        return BenchmarkResult(
            run: "7f3a", date: Date(timeIntervalSince1970: 1_795_275_060),
            command: "SqueezeSAMDemo --benchmark --run 7f3a", commit: "1c23778",
            machine: .init(
                model: "iPhone15,2", system: "iOS 17.5.1", cores: 6, memoryBytes: 5_928_140_800),
            tools: ["squeezesam": "0.1.0"],
            photo: .init(name: "drawn-orange-1024x768", width: 1024, height: 768),
            runs: 50, warmup: 5, thermal: (.nominal, .fair),
            battery: (.init(percent: 80, isCharging: true), .init(percent: nil, isCharging: nil)),
            rows: [
                row(.cpuAndNeuralEngine, distribution, heat: distribution, load: 812.345),
                row(nil, distribution, heat: nil, load: nil),
            ])
    }

    private func row(
        _ unit: ComputeUnit?, _ times: Distribution, heat: Distribution?, load: Double?
    ) -> BenchmarkResult.Row {
        .init(
            bundle: .init(
                name: "squeezesam-coreml-int8-512x512", sha256: SqueezeSAMCore.sha256(Data()),
                target: "coreml", backend: "coreml", precision: "int8", height: 512, width: 512,
                main: "segment",
                bytes: ["bundle": 9_400_000, "segment": 7_600_000, "heat": 1_700_000]),
            engine: "coreml", computeUnit: unit, coldLoad: load, warmLoad: load,
            firstPrediction: load,
            programs: ["segment": times].merging(heat.map { ["heat": $0] } ?? [:]) { $1 },
            automatic: heat, tap: times, stages: heat.map { ["heat": $0] } ?? [:],
            peakMemoryMiB: load == nil ? nil : 143.2)
    }

    func testTheFileIsTheExpectedOne() throws {
        let found = String(decoding: try result().json(), as: UTF8.self)
        XCTAssertEqual(found, String(decoding: try expected("result.json"), as: UTF8.self))
    }

    func testTheLinesAreTheExpectedOnes() throws {
        let lines = Collected<String>()
        let console = BenchmarkConsole(run: "7f3a") { lines.add($0) }
        console.begin()
        console.progress(BenchmarkProgress(done: 3, total: 120, part: .tap))
        console.end(try result().json())
        let found = lines.all.joined(separator: "\n") + "\n"
        XCTAssertEqual(found, String(decoding: try expected("console.txt"), as: UTF8.self))
        XCTAssertTrue(lines.all.allSatisfy { $0.utf8.count <= 600 })
    }

    func testAnErrorIsOneShortLineOfASCII() {
        let lines = Collected<String>()
        let sentence = "Größe\nunknown " + String(repeating: "x", count: 700)
        BenchmarkConsole(run: "7f3a") { lines.add($0) }
            .error(BenchmarkFailure(.noBundle, sentence, run: "7f3a"))
        XCTAssertEqual(lines.all.count, 1)
        XCTAssertTrue(
            lines.all[0].hasPrefix("SSAM-BENCH 7f3a error no-bundle Gr??e unknown xxx"))
        XCTAssertEqual(lines.all[0].utf8.count, 600)
    }

    func testTheFileIsWrittenWholeInPlaceOfAnOldOne() throws {
        let scratch = try Scratch()
        let file = scratch.path("benchmark.json")
        try Data("old".utf8).write(to: file)
        try result().write(to: file)
        XCTAssertEqual(try Data(contentsOf: file), try result().json())
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path),
            ["benchmark.json"])
    }
}
