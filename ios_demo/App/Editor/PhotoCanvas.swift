import EditorModel
import SqueezeSAM
import SwiftUI

/// The photo with its selection, under the fingers.
struct PhotoCanvas: View {
    @ObservedObject var store: EditorStore

    private var state: EditorState { store.state }
    private var editor: Editor { store.editor }

    var body: some View {
        GeometryReader { geometry in
            ZStack(alignment: .topLeading) {
                if let image = store.preview {
                    photo(image, in: geometry.size)
                }
                if let viewport = state.viewport {
                    if let outline = state.result?.outline {
                        SelectionOverlay(outline: outline, viewport: viewport)
                    }
                    PromptMarkers(state: state, viewport: viewport)
                }
                TouchSurface(description: state.photoDescription, editor: editor)
            }
            .frame(
                width: geometry.size.width, height: geometry.size.height, alignment: .topLeading
            )
            .clipped()
            .onAppear { editor.resize(to: geometry.size) }
            .onChange(of: geometry.size) { editor.resize(to: $0) }
        }
    }

    private func photo(_ image: UIImage, in size: CGSize) -> some View {
        // Until the networks have it, the photo is shown fitted.
        let fitted = PixelSize(
            width: Int(image.size.width.rounded()), height: Int(image.size.height.rounded()))
        let frame = (state.viewport ?? Viewport(photo: fitted, view: size)).photoFrame
        return Image(uiImage: image)
            .resizable()
            .interpolation(.high)
            .frame(width: frame.width, height: frame.height)
            .offset(x: frame.minX, y: frame.minY)
            .accessibilityHidden(true)
    }
}
