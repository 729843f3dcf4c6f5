import EditorModel
import SwiftUI

/// Below the photo, or beside it on an iPad: which mask, and what to do with it.
struct ResultPanel: View {
    @ObservedObject var store: EditorStore

    var body: some View {
        VStack(spacing: 14) {
            if store.state.isDoubtful {
                Label("Not sure. Tap what you want.", systemImage: "questionmark.circle")
                    .foregroundColor(.secondary)
            }
            if let result = store.state.result {
                CandidatePicker(result: result) { store.editor.choose(candidate: $0) }
            }
            if let source = store.state.cutoutSource, let result = store.state.result {
                CutoutTray(
                    item: CutoutItem(source: source), result: result, preview: store.preview)
            } else {
                Text("Tap what you want to cut out.")
                    .foregroundColor(.secondary)
            }
        }
    }
}

/// The masks that the network proposed, with the quality it expects of each.
private struct CandidatePicker: View {
    let result: MaskResult
    let choose: (Int) -> Void

    var body: some View {
        Picker("Mask", selection: Binding(get: { result.mask.candidate }, set: choose)) {
            ForEach(result.mask.candidateScores.indices, id: \.self) { index in
                Text(score(index))
                    .accessibilityLabel("Mask \(index + 1), expected quality \(score(index))")
                    .tag(index)
            }
        }
        .pickerStyle(.segmented)
    }

    private func score(_ index: Int) -> String {
        Double(result.mask.candidateScores[index])
            .formatted(.percent.precision(.fractionLength(0)))
    }
}
