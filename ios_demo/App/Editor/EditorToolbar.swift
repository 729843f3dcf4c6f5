import EditorModel
import SwiftUI

struct EditorToolbar: ToolbarContent {
    @ObservedObject var store: EditorStore
    @Binding var sheet: EditorScreen.Sheet?

    private var editor: Editor { store.editor }

    var body: some ToolbarContent {
        ToolbarItemGroup(placement: .navigationBarLeading) {
            PhotoPickerButton(store: store)
            if CameraPicker.isAvailable {
                Button {
                    sheet = .camera
                } label: {
                    Label("Take a photo", systemImage: "camera")
                }
            }
        }
        ToolbarItemGroup(placement: .navigationBarTrailing) {
            Button(action: editor.undo) {
                Label("Undo", systemImage: "arrow.uturn.backward")
            }
            .keyboardShortcut("z")
            .disabled(!store.state.canUndo)
            Button(action: editor.redo) {
                Label("Redo", systemImage: "arrow.uturn.forward")
            }
            .keyboardShortcut("z", modifiers: [.command, .shift])
            .disabled(!store.state.canRedo)
            menu
        }
    }

    private var menu: some View {
        Menu {
            Button(role: .destructive, action: editor.clear) {
                Label("Clear", systemImage: "trash")
            }
            .disabled(!store.state.canClear)
            Button(action: editor.fit) {
                Label("Show the whole photo", systemImage: "arrow.up.left.and.arrow.down.right")
            }
            .disabled((store.state.viewport?.zoom ?? 1) == 1)
            if let viewport = store.state.viewport {
                RegionMenu(photo: viewport.photo, editor: editor)
            }
            Divider()
            Button {
                sheet = .details
            } label: {
                Label("Details", systemImage: "info.circle")
            }
            Button {
                sheet = .benchmark
            } label: {
                Label("Benchmark", systemImage: "speedometer")
            }
        } label: {
            Label("More", systemImage: "ellipsis.circle")
        }
    }
}

/// Clicks without touching the place: for VoiceOver, Switch Control and the keyboard.
private struct RegionMenu: View {
    let photo: PixelSize
    let editor: Editor

    var body: some View {
        Menu {
            ForEach(ClickRegion.allCases) { region in
                Button(region.title) { editor.add(.foreground(region.pixel(in: photo))) }
            }
        } label: {
            Label("Add a place", systemImage: "plus.circle")
        }
        Menu {
            ForEach(ClickRegion.allCases) { region in
                Button(region.title) { editor.add(.background(region.pixel(in: photo))) }
            }
        } label: {
            Label("Take a place away", systemImage: "minus.circle")
        }
    }
}
