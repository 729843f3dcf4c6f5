import EditorModel
import SqueezeSAM
import SwiftUI

/// Where somebody clicked, and the box.
struct PromptMarkers: View {
    let state: EditorState
    let viewport: Viewport

    var body: some View {
        ZStack(alignment: .topLeading) {
            ForEach(Array(state.history.prompts.enumerated()), id: \.offset) { _, prompt in
                marker(prompt, isAutomatic: false)
            }
            ForEach(Array(state.markers.enumerated()), id: \.offset) { _, used in
                marker(used.prompt, isAutomatic: true)
            }
            if let draft = state.draft {
                box(
                    from: CGPoint(x: draft.minX, y: draft.minY),
                    to: CGPoint(x: draft.maxX, y: draft.maxY))
            }
        }
        .allowsHitTesting(false)
        .accessibilityHidden(true)
    }

    @ViewBuilder private func marker(_ prompt: Prompt, isAutomatic: Bool) -> some View {
        switch prompt {
        case .foreground(let x, let y):
            Dot(symbol: "plus", colour: isAutomatic ? .gray : .green)
                .position(viewport.viewPoint(pixel: CGPoint(x: x, y: y)))
        case .background(let x, let y):
            Dot(symbol: "minus", colour: .red)
                .position(viewport.viewPoint(pixel: CGPoint(x: x, y: y)))
        case .box(let x0, let y0, let x1, let y1):
            box(from: CGPoint(x: x0, y: y0), to: CGPoint(x: x1, y: y1))
        }
    }

    private func box(from start: CGPoint, to end: CGPoint) -> some View {
        let (start, end) = (viewport.viewPoint(pixel: start), viewport.viewPoint(pixel: end))
        let rect = CGRect(x: start.x, y: start.y, width: end.x - start.x, height: end.y - start.y)
        return Path(rect)
            .stroke(Color.yellow, style: StrokeStyle(lineWidth: 2, dash: [10, 5]))
    }
}

/// A sign as well as a colour, for those who do not tell green from red.
private struct Dot: View {
    let symbol: String
    let colour: Color

    var body: some View {
        Image(systemName: symbol)
            .font(.system(size: 9, weight: .bold))
            .foregroundColor(.white)
            .frame(width: 18, height: 18)
            .background(Circle().fill(colour))
            .overlay(Circle().stroke(Color.white, lineWidth: 1.5))
    }
}
