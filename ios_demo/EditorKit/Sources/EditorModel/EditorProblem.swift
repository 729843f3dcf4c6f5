import SqueezeSAM

/// What went wrong, as the app says it. `sentence` is the English text and the key of its
/// translations.
public enum EditorProblem: Equatable, Sendable {
    case nothingStandsOut
    case photoUnreadable(String)
    case noBundle
    case bundleDamaged(String)
    case bundleTooNew(String)
    case backgroundUnsupported
    case boxUnsupported
    case outOfMemory
    case modelFailed(String)
    case unexpected(String)

    /// Nil for a call that nobody waits for any more.
    public init?(_ error: any Error) {
        if error is CancellationError { return nil }
        if let problem = error as? EditorProblem {
            self = problem
            return
        }
        guard let error = error as? SegmentationError else {
            self = .unexpected(error.localizedDescription)
            return
        }
        switch error.code {
        case .cancelled: return nil
        case .nothingStandsOut: self = .nothingStandsOut
        case .photo: self = .photoUnreadable(error.message)
        case .bundle, .bundleDamaged: self = .bundleDamaged(error.message)
        case .bundleVersion: self = .bundleTooNew(error.message)
        case .outOfMemory: self = .outOfMemory
        case .engine: self = .modelFailed(error.message)
        case .invalidArgument, .state, .bufferTooSmall, .busy, .prompt, .promptUnsupported,
            .internalError:
            self = .unexpected(error.message)
        }
    }

    public var sentence: String {
        switch self {
        case .nothingStandsOut: return "Nothing stands out in this photo. Tap what you want."
        case .photoUnreadable: return "This photo cannot be read."
        case .noBundle: return "This app was built without a model."
        case .bundleDamaged: return "The model in this app is damaged. Install the app again."
        case .bundleTooNew: return "The model is newer than this app. Update the app."
        case .backgroundUnsupported: return "This model does not know background clicks."
        case .boxUnsupported: return "This model does not know boxes."
        case .outOfMemory: return "There is not enough memory. Close other apps."
        case .modelFailed: return "The model failed on this device."
        case .unexpected: return "Something went wrong."
        }
    }

    /// What the SDK said, in English, for the person who reports it.
    public var detail: String? {
        switch self {
        case .photoUnreadable(let text), .bundleDamaged(let text), .bundleTooNew(let text),
            .modelFailed(let text), .unexpected(let text):
            return text
        case .nothingStandsOut, .noBundle, .backgroundUnsupported, .boxUnsupported, .outOfMemory:
            return nil
        }
    }

    /// A word of advice rather than a failure.
    public var isHint: Bool { self == .nothingStandsOut }
}

extension EditorProblem: Error {}
