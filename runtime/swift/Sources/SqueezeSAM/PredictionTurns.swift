import CSqueezeSAM

/// Which prediction is still wanted. Every prediction takes a turn; a turn is superseded by a later
/// call or by the end of its task.
final class PredictionTurns: Sendable {
    private struct State {
        var last = 0
        var superseded: Set<Int> = []
        var waiting: Set<Int> = []
        var running: Int?
    }

    private let state = Guarded(State())

    /// How many turns were ever taken.
    var taken: Int { state.withLock { $0.last } }

    /// Whether a prediction is running whose answer will be thrown away.
    var isSuperseding: Bool {
        state.withLock { state in state.running.map(state.superseded.contains) ?? false }
    }

    func take() -> Int {
        state.withLock { state in
            state.last += 1
            state.waiting.insert(state.last)
            return state.last
        }
    }

    /// Supersedes one turn, or all that were taken; `interrupt` is called where it is running.
    func supersede(_ turn: Int? = nil, interrupt: () -> Void) {
        state.withLock { state in
            if let turn {
                if state.waiting.contains(turn) {
                    state.superseded.insert(turn)
                }
            } else {
                state.superseded.formUnion(state.waiting)
            }
            // Under the lock, so that the next turn's run cannot be hit.
            if let running = state.running, state.superseded.contains(running) {
                interrupt()
            }
        }
    }

    /// Runs `body` as the turn's prediction; an answer that came too late is thrown away. The outer
    /// error is never thrown: a cancelled task has the first word on what its caller sees.
    func run<Result>(
        _ turn: Int, _ body: () throws -> Result
    ) throws -> Swift.Result<Result, any Error> {
        let begun = state.withLock { state in
            if state.superseded.contains(turn) { return false }
            state.running = turn
            return true
        }
        let result: Swift.Result<Result, any Error> =
            begun ? .init(catching: body) : .failure(SegmentationError.superseded)
        let wanted = state.withLock { state in
            state.running = nil
            state.waiting.remove(turn)
            return state.superseded.remove(turn) == nil
        }
        return wanted ? result : .failure(SegmentationError.superseded)
    }
}
