import Foundation
import SqueezeSAM

/// Stands for the networks: what it answers follows from what it is given, as theirs does.
///
/// "heat": the brightness of the photo. "segment": candidate k is a square of 2k + 3 logits a side
/// round every foreground click (inside the box, where there is one), without the background
/// clicks; candidate 1 has the best score.
public final class BlobEngine: Engine, @unchecked Sendable {
    /// Called at the beginning of every run, on the thread that predicts.
    public typealias Before = @Sendable (String) throws -> Void

    public static let scores: [Float] = [0.5, 0.9, 0.7, 0.3]

    private let before: Before
    private let lock = NSLock()
    private var counts: [String: Int] = [:]

    public init(before: @escaping Before = { _ in }) {
        self.before = before
    }

    public func runs(of program: String) -> Int {
        lock.lock()
        defer { lock.unlock() }
        return counts[program, default: 0]
    }

    public func run(_ program: String, inputs: [InputTensor], outputs: [OutputTensor]) throws {
        lock.lock()
        counts[program, default: 0] += 1
        lock.unlock()
        try before(program)
        switch program {
        case "heat": fillHeat(inputs[0], outputs[0])
        default:
            fillMasks(prompts: inputs[1], outputs[0])
            _ = outputs[1].values.update(fromContentsOf: Self.scores)
        }
    }

    private func fillHeat(_ image: InputTensor, _ heat: OutputTensor) {
        let side = heat.shape[3]
        let step = image.shape[3] / side
        for index in heat.values.indices {
            let (row, column) = (index / side * step, index % side * step)
            heat.values[index] = image.values[row * image.shape[3] + column] / 255
        }
    }

    private func fillMasks(prompts: InputTensor, _ masks: OutputTensor) {
        let (width, side) = (prompts.shape[3], masks.shape[3])
        let box = prompts.values[..<(width * width)]
        let clicks = UnsafeBufferPointer(rebasing: prompts.values[(width * width)...])
        for (index, candidate) in (0..<masks.shape[1]).flatMap({ candidate in
            (0..<side * side).map { ($0, candidate) }
        }) {
            let (row, column) = (index / side * 4 + 2, index % side * 4 + 2)
            let reach = (candidate + 1) * 4
            var logit: Float = -5
            for y in max(0, row - reach)...min(width - 1, row + reach) {
                for x in max(0, column - reach)...min(width - 1, column + reach)
                where clicks[y * width + x] > 0 {
                    logit = 5
                }
            }
            let inBox = box[row * width + column] > 0
            let isBackground = clicks[row * width + column] < 0
            masks.values[candidate * side * side + index] = inBox && !isBackground ? logit : -5
        }
    }
}
