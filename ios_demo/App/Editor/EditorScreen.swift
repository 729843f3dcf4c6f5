import EditorModel
import SwiftUI

/// The app's only window: a photo, what is selected in it, and what to do with that.
struct EditorScreen: View {
    @StateObject private var store: EditorStore
    @Environment(\.horizontalSizeClass) private var sizeClass
    @State private var sheet: Sheet?

    enum Sheet: Int, Identifiable {
        case details, benchmark, camera
        var id: Int { rawValue }
    }

    init(editor: @autoclosure @escaping () -> EditorStore) {
        _store = StateObject(wrappedValue: editor())
    }

    var body: some View {
        NavigationStack {
            content
                .navigationTitle("SqueezeSAM")
                .navigationBarTitleDisplayMode(.inline)
                .toolbar { EditorToolbar(store: store, sheet: $sheet) }
                .dropDestination(for: PickedPhoto.self) { photos, _ in
                    guard let photo = photos.first else { return false }
                    store.open(photo)
                    return true
                }
        }
        .sheet(item: $sheet) { sheet in
            switch sheet {
            case .details: DetailsSheet(state: store.state)
            case .benchmark: BenchmarkScreen()
            case .camera:
                CameraPicker { store.open(PickedPhoto(image: $0)) }
                    .ignoresSafeArea()
            }
        }
    }

    @ViewBuilder private var content: some View {
        if store.state.hasPhoto || store.preview != nil {
            if sizeClass == .regular {
                HStack(spacing: 0) {
                    canvas
                    Divider()
                    ScrollView { ResultPanel(store: store).padding() }
                        .frame(width: 320)
                }
            } else {
                VStack(spacing: 0) {
                    canvas
                    ResultPanel(store: store)
                        .padding()
                        .background(.bar)
                }
            }
        } else {
            EmptyState(store: store, sheet: $sheet)
        }
    }

    private var canvas: some View {
        PhotoCanvas(store: store)
            .overlay(alignment: .top) { StatusBanner(store: store) }
            .background(Color("Canvas"))
    }
}
