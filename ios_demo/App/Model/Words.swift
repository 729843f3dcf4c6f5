import EditorModel
import SwiftUI

// Sentences that are put together, for the screen and for VoiceOver.

extension EditorState {
    /// What VoiceOver says of a new mask.
    var announcement: String {
        guard let result, !result.isEmpty else { return String(localized: "Nothing is selected.") }
        let share = result.share.formatted(.percent.precision(.fractionLength(0)))
        return String(localized: "Selected: \(share) of the photo.")
    }

    /// What the photo's view is, in words.
    var photoDescription: String {
        history.prompts.isEmpty
            ? announcement
            : announcement + " " + String(localized: "\(history.prompts.count) prompts.")
    }

    var activityTitle: LocalizedStringKey? {
        switch activity {
        case .idle: return nil
        case .loadingModel: return "Loading the model…"
        case .openingPhoto: return "Opening the photo…"
        case .predicting: return "Finding the edges…"
        }
    }
}

extension EditorProblem {
    var localizedSentence: String {
        String(localized: String.LocalizationValue(sentence))
    }
}

extension ClickRegion {
    var title: LocalizedStringKey {
        switch self {
        case .topLeft: return "Top left"
        case .top: return "Top"
        case .topRight: return "Top right"
        case .left: return "Left"
        case .middle: return "Middle"
        case .right: return "Right"
        case .bottomLeft: return "Bottom left"
        case .bottom: return "Bottom"
        case .bottomRight: return "Bottom right"
        }
    }
}
