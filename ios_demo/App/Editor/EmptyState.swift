import PhotosUI
import SwiftUI

/// Before the first photo.
struct EmptyState: View {
    @ObservedObject var store: EditorStore
    @Binding var sheet: EditorScreen.Sheet?

    var body: some View {
        VStack(spacing: 20) {
            Image(systemName: "person.and.background.dotted")
                .font(.system(size: 64))
                .foregroundColor(.accentColor)
                .accessibilityHidden(true)
            Text("Pick a photo. What stands out is selected at once.")
                .font(.headline)
                .multilineTextAlignment(.center)
            Text("Tap to add, touch and hold to take away, drag to draw a box.")
                .foregroundColor(.secondary)
                .multilineTextAlignment(.center)
            PhotoPickerButton(store: store)
                .buttonStyle(.borderedProminent)
                .controlSize(.large)
            if CameraPicker.isAvailable {
                Button {
                    sheet = .camera
                } label: {
                    Label("Take a photo", systemImage: "camera")
                }
                .controlSize(.large)
            }
            Button("Try the built-in picture") { store.open(PickedPhoto.sample()) }
            StatusBanner(store: store)
        }
        .padding()
        .frame(maxWidth: 480, maxHeight: .infinity)
    }
}

/// Opens the system's photo picker, which needs no permission.
struct PhotoPickerButton: View {
    let store: EditorStore
    @State private var item: PhotosPickerItem?

    var body: some View {
        PhotosPicker(selection: $item, matching: .images) {
            Label("Choose a photo", systemImage: "photo.on.rectangle")
        }
        .onChange(of: item) { item in
            guard let item else { return }
            store.open { try await item.loadTransferable(type: PickedPhoto.self) }
            // So that the same photo can be chosen again.
            self.item = nil
        }
    }
}
