import SqueezeSAM
import XCTest

/// Must be asked for the recorded runs, in their order, and answers as they did.
final class PipelineEngine: Engine, @unchecked Sendable {
    private let runs: [Case]
    private(set) var done = 0

    init(_ runs: [Case]) {
        self.runs = runs
    }

    func run(_ program: String, inputs: [InputTensor], outputs: [OutputTensor]) throws {
        guard done < runs.count else { throw VectorError("one run too many: \(program)") }
        let wanted = runs[done]
        done += 1
        XCTAssertEqual(program, try wanted.text("program"))
        try check(inputs, wanted.object("inputs"))
        for output in outputs {
            let values = try wanted.object("outputs").floats(output.name)
            XCTAssertEqual(values.count, output.values.count)
            _ = output.values.update(fromContentsOf: values)
        }
    }

    private func check(_ inputs: [InputTensor], _ wanted: Case) throws {
        XCTAssertEqual(Set(inputs.map(\.name)), Set(wanted.members.keys))
        for input in inputs {
            let facts = try wanted.list(input.name)
            XCTAssertEqual(Double(input.values.count), try facts[0].number())
            for sample in try facts[1].list().map({ try $0.numbers() }) {
                XCTAssertEqual(Double(input.values[Int(sample[0])]), sample[1], accuracy: 1e-5)
            }
        }
    }
}
