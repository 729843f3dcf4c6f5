import BenchmarkModel
import XCTest

final class SettingsTests: XCTestCase {
    private func parse(_ words: String...) throws -> BenchmarkSettings? {
        try BenchmarkSettings.parse(["/app/Demo"] + words)
    }

    private func failure(_ words: String...) -> BenchmarkFailure? {
        do {
            _ = try BenchmarkSettings.parse(["/app/Demo"] + words)
            return nil
        } catch {
            return error as? BenchmarkFailure
        }
    }

    func testWithoutTheWordTheAppStartsAsEver() throws {
        XCTAssertNil(try parse())
        XCTAssertNil(try parse("--runs", "5", "-NSDocumentRevisionsDebugMode", "YES"))
    }

    func testTheDefaultsAreThoseOfTheContract() throws {
        let settings = try XCTUnwrap(try parse("--benchmark"))
        XCTAssertEqual(settings.run, "manual")
        XCTAssertNil(settings.bundle)
        XCTAssertEqual(settings.computeUnits, [.cpuAndNeuralEngine])
        XCTAssertEqual([settings.runs, settings.warmup], [50, 5])
        XCTAssertEqual(settings.commit, "unknown")
    }

    func testEveryWordIsRead() throws {
        let settings = try XCTUnwrap(
            try parse(
                "--", "--benchmark", "--run", "7f3a", "--compute-unit", "all", "--compute-unit",
                "cpuOnly", "--compute-unit", "all", "--runs", "20", "--warmup", "0", "--commit",
                "1c23778", "--bundle", "squeezesam-coreml-fp16-512x512"))
        XCTAssertEqual(settings.run, "7f3a")
        XCTAssertEqual(settings.computeUnits, [.all, .cpuOnly])
        XCTAssertEqual([settings.runs, settings.warmup], [20, 0])
        XCTAssertEqual(settings.commit, "1c23778")
        XCTAssertEqual(settings.bundle, "squeezesam-coreml-fp16-512x512")
        XCTAssertTrue(settings.command.hasPrefix("/app/Demo -- --benchmark --run 7f3a"))
    }

    func testABadWordIsAUsageErrorThatCarriesTheRunWord() {
        let failures = [
            failure("--benchmark", "--speed", "9", "--run", "ab"),
            failure("--benchmark", "--run", "ab", "--runs", "0"),
            failure("--benchmark", "--run", "ab", "--runs", "10001"),
            failure("--benchmark", "--runs", "many", "--run", "ab"),
            failure("--benchmark", "--run", "ab", "--warmup", "-1"),
            failure("--benchmark", "--run", "ab", "--compute-unit", "gpu"),
            failure("--benchmark", "--run", "ab", "--bundle", "../secret"),
            failure("--benchmark", "--run", "ab", "--bundle", ".hidden"),
            failure("--benchmark", "--run", "ab", "--commit"),
        ]
        for (index, failure) in failures.enumerated() {
            XCTAssertEqual(failure?.code, .usage, "\(index)")
            XCTAssertEqual(failure?.run, "ab", "\(index)")
        }
    }

    func testABadRunWordIsAUsageErrorOfTheManualRun() {
        for word in ["", "a b", "ä", "a_b", String(repeating: "a", count: 65)] {
            let failure = failure("--benchmark", "--run", word)
            XCTAssertEqual(failure?.code, .usage, word)
            XCTAssertEqual(failure?.run, "manual", word)
        }
        XCTAssertNil(failure("--benchmark", "--run", String(repeating: "a", count: 64)))
    }
}
