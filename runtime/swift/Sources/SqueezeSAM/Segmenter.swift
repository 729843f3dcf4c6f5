import CSqueezeSAM
import Foundation

/// A model, ready to run. Immutable: share it between tasks, and open a `Session` for each photo.
public final class Segmenter: Sendable {
    public let bundle: ModelBundle
    let handle: OpaqueHandle

    /// Joins an opened bundle to an engine; `load` does both.
    public init(bundle: ModelBundle, engine: any Engine) throws {
        let bridged = coreEngine(engine)
        var pointer: OpaquePointer?
        do {
            try withUnsafePointer(to: bridged) {
                try check(ssam_segmenter_create(bundle.handle.pointer, $0, &pointer))
            }
        } catch {
            discard(bridged)
            throw error
        }
        self.bundle = bundle
        handle = OpaqueHandle(pointer, free: ssam_segmenter_free)
    }

    /// Checks the bundle in `folder`, then loads its programs. Nothing blocks the caller's
    /// thread.
    ///
    /// - Parameters:
    ///   - engine: what executes the programs.
    ///   - check: `.sizesOnly` for an app that compared the hashes when it was installed.
    ///   - prewarm: run every program once, so that the first tap does not pay for the engine's own
    ///     preparations.
    ///
    /// Throws `SegmentationError` with one of the `.bundle…` codes or `.engine`.
    public static func load(
        contentsOf folder: URL, engine: EngineLoader,
        check: ModelBundle.Check = .hashes, prewarm: Bool = false
    ) async throws -> Segmenter {
        let bundle = try await onWorkQueue {
            try ModelBundle(contentsOf: folder, check: check)
        }
        try Task.checkCancellation()
        let segmenter = try Segmenter(bundle: bundle, engine: try await engine.load(bundle))
        if prewarm {
            try Task.checkCancellation()
            try await segmenter.prewarm()
        }
        return segmenter
    }

    /// Runs every program once on an empty picture.
    public func prewarm() async throws {
        try await onWorkQueue { [handle] in
            try check(ssam_segmenter_prewarm(handle.pointer))
        }
    }

    /// Takes a photo: turns and resizes it for the networks. The photo itself is not kept.
    ///
    /// Throws `SegmentationError` with the code `.photo` for a photo without pixels or beyond the
    /// core's limits, `.invalidArgument` for a description that cannot be.
    public func open(_ photo: Photo) async throws -> Session {
        try await onWorkQueue { [handle] in
            var pointer: OpaquePointer?
            try check(ssam_session_create(handle.pointer, &pointer))
            let session = OpaqueHandle(pointer, free: ssam_session_free)
            try photo.withImage { image in
                try withUnsafePointer(to: image) {
                    try check(ssam_session_set_image(session.pointer, $0))
                }
            }
            return try Session(session)
        }
    }
}
