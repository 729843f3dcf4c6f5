import Foundation

/// Runs work that blocks on `queue`: Swift's few shared threads stay free.
func run<Result: Sendable>(
    on queue: DispatchQueue, _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    // Handed over through a lock as well: of a continuation that is resumed before its task waits,
    // Swift's runtime tells ThreadSanitizer nothing, which then takes every result for a race.
    let result = Guarded<Swift.Result<Result, any Error>?>(nil)
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        queue.async {
            let answer = Swift.Result { try body() }
            result.withLock { $0 = answer }
            continuation.resume()
        }
    }
    return try result.withLock { $0 }!.get()
}

/// The same, on a queue that others use as well.
func onWorkQueue<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await run(on: .global(qos: .userInitiated), body)
}
