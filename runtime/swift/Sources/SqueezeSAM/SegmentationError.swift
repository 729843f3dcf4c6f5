import CSqueezeSAM
import Foundation

/// What went wrong, in a sentence for the person in front of the app.
///
/// Everything in this package that throws throws this, except a task that was cancelled: it throws
/// `CancellationError`.
public struct SegmentationError: Error, Hashable, Sendable {
    /// The kind of failure; the numbers are those of `ssam_status` in ssam.h.
    public enum Code: Int32, Hashable, Sendable, CaseIterable {
        /// A bad stride, too few bytes, a candidate that does not exist: a bug in the caller.
        case invalidArgument = 1
        /// The call makes no sense yet.
        case state = 2
        case bufferTooSmall = 3
        case outOfMemory = 4
        /// The session is being used by another thread. `Session` waits instead.
        case busy = 5
        /// `Session.cancel()` was called, or a newer prompt or prediction came.
        case cancelled = 6
        /// No pixels, too large, or not the photo of this mask.
        case photo = 7
        /// A click outside the photo, an empty or inverted box.
        case prompt = 8
        /// The bundle was not trained for this kind of prompt.
        case promptUnsupported = 9
        /// The automatic mask of a photo in which nothing stands out.
        case nothingStandsOut = 10
        /// The bundle cannot be read, or its manifest contradicts itself.
        case bundle = 11
        /// A file of the bundle is missing, or its size or sha256 differs.
        case bundleDamaged = 12
        /// The bundle was made by a newer squeezesam-export.
        case bundleVersion = 13
        /// The engine failed, or returned what is not a number.
        case engine = 14
        /// A bug in the core; please report it.
        case internalError = 15
    }

    public let code: Code
    /// One sentence, the same as in every other language that binds the core.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// From a status other than `SSAM_OK` that was just returned on this thread.
    init(status: ssam_status) {
        self.init(Code(rawValue: status) ?? .internalError, String(cString: ssam_last_error()))
    }

    static let superseded = SegmentationError(.cancelled, "the prediction was cancelled")
}

extension SegmentationError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { message }
    public var description: String { message }
}

/// Throws what the core said about a call that failed. To be called on the thread of that call.
func check(_ status: ssam_status) throws {
    if status != ssam_status(SSAM_OK) {
        throw SegmentationError(status: status)
    }
}
