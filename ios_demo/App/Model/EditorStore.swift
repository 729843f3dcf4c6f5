import EditorModel
import SqueezeSAM
import SwiftUI

/// The editor as SwiftUI watches it.
@MainActor
final class EditorStore: ObservableObject {
    @Published private(set) var state = EditorState()
    /// The photo for the screen, upright.
    @Published private(set) var preview: UIImage?

    let editor: Editor
    private var previewing: Task<Void, Never>?

    init(models: ModelStore) {
        editor = Editor { try await models.segmenter() }
        editor.onChange = { [weak self] state in
            self?.changed(to: state)
        }
    }

    func open(_ photo: PickedPhoto) {
        previewing?.cancel()
        preview = nil
        editor.open(photo.photo)
        previewing = Task {
            let image = await photo.preview()
            if !Task.isCancelled { preview = image }
        }
    }

    /// Takes what the photo picker gives.
    func open(_ load: @escaping @Sendable () async throws -> PickedPhoto?) {
        Task {
            do {
                guard let photo = try await load() else {
                    let reason = "the photo library gave no picture"  // not translated
                    throw EditorProblem.photoUnreadable(reason)
                }
                open(photo)
            } catch {
                let reason = error.localizedDescription
                editor.open { throw EditorProblem.photoUnreadable(reason) }
            }
        }
    }

    private func changed(to new: EditorState) {
        let hadNewMask = new.result?.mask !== state.result?.mask && new.result != nil
        state = new
        if hadNewMask {
            UIAccessibility.post(notification: .announcement, argument: new.announcement)
        }
    }
}
