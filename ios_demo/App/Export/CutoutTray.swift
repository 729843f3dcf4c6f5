import EditorModel
import SwiftUI

/// The cut-out in small: drag it out, share it, save it.
struct CutoutTray: View {
    let item: CutoutItem
    let result: MaskResult
    let preview: UIImage?
    @State private var saving = Saving.idle

    private enum Saving: Equatable {
        case idle, busy, done, notAllowed, failed
    }

    var body: some View {
        HStack(spacing: 16) {
            if let preview {
                CutoutThumbnail(preview: preview, result: result)
                    .frame(width: 72, height: 72)
                    .draggable(item)
                    .accessibilityLabel("Cut-out")
                    .accessibilityHint("Drag it into another app.")
            }
            Spacer()
            ShareLink(item: item, preview: SharePreview("Cut-out")) {
                Label("Share", systemImage: "square.and.arrow.up")
            }
            .buttonStyle(.bordered)
            Button(action: save) {
                Label(saveTitle, systemImage: saveSymbol)
            }
            .buttonStyle(.borderedProminent)
            .disabled(saving == .busy)
        }
        .onChange(of: result.mask.area) { _ in saving = .idle }
        .alert("Saving is not allowed", isPresented: isShown(.notAllowed)) {
            Button("OK") {}
        } message: {
            Text("Allow this app to add photos in Settings, Privacy & Security, Photos.")
        }
        .alert("The cut-out could not be saved.", isPresented: isShown(.failed)) {
            Button("OK") {}
        }
    }

    private var saveTitle: LocalizedStringKey {
        saving == .done ? "Saved" : "Save"
    }

    private var saveSymbol: String {
        saving == .done ? "checkmark" : "square.and.arrow.down"
    }

    private func isShown(_ outcome: Saving) -> Binding<Bool> {
        Binding(get: { saving == outcome }, set: { if !$0 { saving = .idle } })
    }

    private func save() {
        saving = .busy
        Task {
            do {
                try await PhotoLibrary.add(png: item.png())
                saving = .done
            } catch is PhotoLibrary.NotAllowed {
                saving = .notAllowed
            } catch {
                saving = .failed
            }
        }
    }
}

/// The photo clipped to the outline: cheap enough for every new mask.
private struct CutoutThumbnail: View {
    let preview: UIImage
    let result: MaskResult

    var body: some View {
        GeometryReader { geometry in
            let scale = scale(in: geometry.size)
            let bounds = bounds
            Image(uiImage: preview)
                .resizable()
                .frame(width: photo.width * scale, height: photo.height * scale)
                .clipShape(
                    OutlineShape(outline: result.outline, photo: photo),
                    style: FillStyle(eoFill: true)
                )
                .offset(
                    x: geometry.size.width / 2 - bounds.midX * scale,
                    y: geometry.size.height / 2 - bounds.midY * scale)
        }
        .background(Color("Canvas"))
        .clipShape(RoundedRectangle(cornerRadius: 8))
    }

    private var photo: CGSize {
        CGSize(width: result.mask.size.width, height: result.mask.size.height)
    }

    private var bounds: CGRect {
        guard let bounds = result.mask.bounds else { return CGRect(origin: .zero, size: photo) }
        return CGRect(x: bounds.x, y: bounds.y, width: bounds.width, height: bounds.height)
    }

    private func scale(in size: CGSize) -> CGFloat {
        min(size.width / max(bounds.width, 1), size.height / max(bounds.height, 1))
    }

    private struct OutlineShape: Shape {
        let outline: Outline
        let photo: CGSize

        func path(in rect: CGRect) -> Path {
            Path(outline).applying(
                CGAffineTransform(scaleX: rect.width / photo.width, y: rect.height / photo.height))
        }
    }
}
