import CSqueezeSAM
import Foundation

/// One photo and what the person has said about it. Made by `Segmenter.open`.
///
/// Any task may call any method at any time; calls take effect in the order in which they are made.
/// The latest word wins: `add`, `undo`, `clear`, `predict` and `cancel` make the predictions asked
/// for before them, which nobody can want any more, throw `SegmentationError` with the code
/// `.cancelled`. A network that is running is let finish first, its answer is thrown away.
///
/// Coordinates are those of `Prompt`.
public final class Session: Sendable {
    /// Width and height of the upright photo in pixels.
    public let size: (width: Int, height: Int)

    private let handle: OpaqueHandle
    private let queue = DispatchQueue(label: "squeezesam.session", qos: .userInitiated)
    let turns = PredictionTurns()

    init(_ handle: OpaqueHandle) throws {
        var width: Int32 = 0
        var height: Int32 = 0
        try check(ssam_session_get_size(handle.pointer, &width, &height))
        self.handle = handle
        size = (Int(width), Int(height))
    }

    /// Adds a click, or sets the one box in place of the former.
    ///
    /// Throws `SegmentationError` with the code `.prompt` for a click outside the photo and for a
    /// box that is empty, inverted or wholly outside, `.promptUnsupported` for what the bundle was
    /// not trained for.
    public func add(_ prompt: Prompt) async throws {
        try await change { session in
            switch prompt {
            case .foreground(let x, let y):
                try check(ssam_session_add_point(session, x, y, 1))
            case .background(let x, let y):
                try check(ssam_session_add_point(session, x, y, 0))
            case .box(let x0, let y0, let x1, let y1):
                try check(ssam_session_set_box(session, x0, y0, x1, y1))
            }
        }
    }

    /// Takes back the last `add` or `clear`; false if there was nothing to take back.
    @discardableResult
    public func undo() async throws -> Bool {
        try await change { session in
            var undone: Int32 = 0
            try check(ssam_session_undo(session, &undone))
            return undone != 0
        }
    }

    /// Takes away all prompts; `undo` brings them back.
    public func clear() async throws {
        try await change { try check(ssam_session_clear($0)) }
    }

    /// What the person gave so far: the box, if there is one, then the clicks, oldest first. Waits for
    /// a prediction that is running.
    public var prompts: [Prompt] {
        get async throws {
            try await inTurn { session in
                var count = 0
                try check(ssam_session_get_prompts(session, nil, 0, &count))
                var prompts = [ssam_prompt](repeating: ssam_prompt(), count: count)
                try check(ssam_session_get_prompts(session, &prompts, count, &count))
                return prompts.map(Prompt.init)
            }
        }
    }

    /// How automatic clicks are found in what stands out, for this photo. A change makes predictions
    /// asked for before throw, as a prompt does.
    public func setAutomatic(_ clicks: AutomaticClicks) async throws {
        try await change { session in
            switch clicks {
            case .centres:
                try check(ssam_session_set_automatic(session, Int32(SSAM_AUTOMATIC_CENTRES), 0))
            case .random(let seed):
                try check(ssam_session_set_automatic(session, Int32(SSAM_AUTOMATIC_RANDOM), seed))
            }
        }
    }

    /// Where the model would click by itself: up to five clicks, none if nothing stands out. Runs
    /// the program of the heat map, unless it has already run on this photo.
    public func automaticClicks() async throws -> [Prompt] {
        try await cancellable { session in
            var clicks = [ssam_prompt](repeating: ssam_prompt(), count: 5)
            var count = 0
            try check(ssam_session_get_automatic(session, &clicks, &count))
            return clicks.prefix(count).map(Prompt.init)
        }
    }

    /// The mask for the prompts; without a foreground click or a box, the automatic first mask.
    ///
    /// Throws `SegmentationError` with the code `.nothingStandsOut` where the automatic mask is
    /// asked for and the photo is featureless, `.promptUnsupported` where the bundle needs a
    /// prompt, `.engine`, `.cancelled` (see above), `.invalidArgument` for a candidate that does
    /// not exist; `CancellationError` where the calling task was cancelled.
    public func predict(_ options: PredictOptions = PredictOptions()) async throws -> Mask {
        try await cancellable { session in
            var mask: OpaquePointer?
            try withUnsafePointer(to: options.core()) {
                try check(ssam_session_predict(session, $0, &mask))
            }
            return try Mask(owning: mask)
        }
    }

    /// Makes the predictions asked for so far throw `SegmentationError` with the code `.cancelled`.
    /// Without any this does nothing.
    public func cancel() {
        turns.supersede { ssam_session_cancel(handle.pointer) }
    }

    // MARK: - In turn

    /// A change of the prompts: predictions asked for before are of no use any more.
    private func change<Result: Sendable>(
        _ body: @escaping @Sendable (OpaquePointer?) throws -> Result
    ) async throws -> Result {
        cancel()
        return try await inTurn(body)
    }

    /// One call at a time, in the order of the calls, off the caller's thread.
    private func inTurn<Result: Sendable>(
        _ body: @escaping @Sendable (OpaquePointer?) throws -> Result
    ) async throws -> Result {
        try await run(on: queue) { [handle] in try body(handle.pointer) }
    }

    /// A call that runs networks: it ends early when its task is cancelled or a later call comes.
    private func cancellable<Result: Sendable>(
        _ body: @escaping @Sendable (OpaquePointer?) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        cancel()
        let turn = turns.take()
        let result: Swift.Result<Result, any Error> = try await withTaskCancellationHandler {
            try await inTurn { [turns] session in
                try turns.run(turn) { try body(session) }
            }
        } onCancel: { [turns, handle] in
            turns.supersede(turn) { ssam_session_cancel(handle.pointer) }
        }
        try Task.checkCancellation()
        return try result.get()
    }
}
