import Foundation

/// Loads a segmenter in the background, once, and tells how far it is.
///
///     unloaded ──load()──▶ loading ──▶ ready
///         ▲                   │          │
///         │                   ▼          │
///         └──── unload() ── failed       │
///         └──── unload() ────────────────┘
///
/// `load()` may be called by any number of tasks: they share one attempt. After a failure the next
/// `load()` tries anew.
public actor SegmenterLoader {
    public enum State: Sendable {
        case unloaded
        case loading
        case ready(Segmenter)
        case failed(any Error)
    }

    public private(set) var state = State.unloaded {
        didSet {
            for watcher in watchers.values {
                watcher.yield(state)
            }
        }
    }

    private let make: @Sendable () async throws -> Segmenter
    private var attempt: (number: Int, task: Task<Segmenter, any Error>)?
    private var attempts = 0
    private var watchers: [UUID: AsyncStream<State>.Continuation] = [:]

    /// - Parameter make: loads the segmenter; called by each attempt.
    public init(_ make: @escaping @Sendable () async throws -> Segmenter) {
        self.make = make
    }

    public init(
        contentsOf folder: URL, engine: EngineLoader,
        check: ModelBundle.Check = .hashes, prewarm: Bool = false
    ) {
        self.init {
            try await Segmenter.load(
                contentsOf: folder, engine: engine, check: check, prewarm: prewarm)
        }
    }

    /// The segmenter: at once where it is ready, otherwise when loading ends.
    public func load() async throws -> Segmenter {
        if let attempt {
            return try await attempt.task.value
        }
        attempts += 1
        let number = attempts
        let task = Task { [make] in
            let result: Result<Segmenter, any Error>
            do {
                result = .success(try await make())
            } catch {
                result = .failure(error)
            }
            finish(number, result)
            return try result.get()
        }
        attempt = (number, task)
        state = .loading
        return try await task.value
    }

    /// Lets go of the segmenter, e.g. at a memory warning; sessions that are open keep it alive.
    /// Loading that is under way is cancelled.
    public func unload() {
        attempt?.task.cancel()
        attempt = nil
        state = .unloaded
    }

    /// The present state, then every change.
    public func states() -> AsyncStream<State> {
        let (stream, continuation) = AsyncStream<State>.makeStream()
        let key = UUID()
        continuation.yield(state)
        continuation.onTermination = { _ in
            Task { await self.forget(key) }
        }
        watchers[key] = continuation
        return stream
    }

    private func forget(_ key: UUID) {
        watchers[key] = nil
    }

    private func finish(_ number: Int, _ result: Result<Segmenter, any Error>) {
        // An attempt that unload() took away has no say any more.
        guard attempt?.number == number else { return }
        switch result {
        case .success(let segmenter):
            state = .ready(segmenter)
        case .failure(let error):
            attempt = nil
            state = .failed(error)
        }
    }
}
