import EditorModel
import SwiftUI

/// What the app is doing, or what went wrong, in a sentence.
struct StatusBanner: View {
    @ObservedObject var store: EditorStore

    var body: some View {
        Group {
            if let problem = store.state.problem {
                ProblemCard(problem: problem) { store.editor.dismissProblem() }
            } else if let title = store.state.activityTitle {
                HStack(spacing: 8) {
                    ProgressView()
                    Text(title)
                }
                .padding(10)
                .background(.regularMaterial, in: Capsule())
            }
        }
        .padding()
        .animation(.default, value: store.state.activity)
    }
}

private struct ProblemCard: View {
    let problem: EditorProblem
    let dismiss: () -> Void

    var body: some View {
        HStack(alignment: .top, spacing: 12) {
            Image(systemName: problem.isHint ? "hand.tap" : "exclamationmark.triangle")
                .foregroundColor(problem.isHint ? .accentColor : .orange)
                .accessibilityHidden(true)
            VStack(alignment: .leading, spacing: 4) {
                Text(problem.localizedSentence)
                if let detail = problem.detail {
                    Text(verbatim: detail)
                        .font(.footnote)
                        .foregroundColor(.secondary)
                        .textSelection(.enabled)
                }
            }
            Button(action: dismiss) {
                Label("Close", systemImage: "xmark")
                    .labelStyle(.iconOnly)
            }
        }
        .padding(12)
        .background(.regularMaterial, in: RoundedRectangle(cornerRadius: 12))
        .accessibilityElement(children: .contain)
    }
}
