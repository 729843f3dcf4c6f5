import Foundation
import SqueezeSAM

/// Everything the editor's screen shows.
public struct EditorState: Sendable {
    /// Below this score a mask that nobody tapped for is offered with a doubt: docs/scores.md says
    /// how often that is right.
    public static let doubtfulBelow: Float = 0.6

    public enum Activity: Equatable, Sendable {
        case idle
        /// The first photo waits for the networks.
        case loadingModel
        case openingPhoto
        case predicting
    }

    /// Nil until a photo is open; then where it lies in the view.
    public internal(set) var viewport: Viewport?
    public internal(set) var activity = Activity.idle
    public internal(set) var history = PromptHistory()
    /// The latest mask: it stays while the next one is being predicted.
    public internal(set) var result: MaskResult?
    public internal(set) var problem: EditorProblem?
    /// The box that is being drawn, in pixel coordinates.
    public internal(set) var draft: CGRect?
    public internal(set) var bundle: ModelBundle?
    var photo: Photo?

    public init() {}

    public var hasPhoto: Bool { viewport != nil }
    public var canUndo: Bool { history.canUndo }
    public var canRedo: Bool { history.canRedo }
    public var canClear: Bool { history.canClear }

    /// Nil while there is nothing to cut out.
    public var cutoutSource: CutoutSource? {
        guard let photo, let result, !result.isEmpty else { return nil }
        return CutoutSource(photo: photo, mask: result.mask)
    }

    /// The model chose by itself and promises little: the screen asks for a tap.
    public var isDoubtful: Bool {
        guard let result, result.isAutomatic else { return false }
        return result.mask.score < Self.doubtfulBelow
    }

    /// The person's prompts, and where there are none, those that the model found.
    public var markers: [UsedPrompt] {
        guard let result, result.isAutomatic, history.prompts.isEmpty else { return [] }
        return result.mask.prompts
    }
}
