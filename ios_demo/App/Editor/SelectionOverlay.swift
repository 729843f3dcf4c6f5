import EditorModel
import SwiftUI

/// What is selected stays bright, the rest goes dim, and the line between them moves.
struct SelectionOverlay: View {
    let outline: Outline
    let viewport: Viewport
    @Environment(\.accessibilityReduceMotion) private var reduceMotion

    /// Points a second.
    private static let speed = 24.0
    private static let dash: [CGFloat] = [6, 6]

    var body: some View {
        let selection = path
        ZStack {
            veil(round: selection)
                .fill(Color.black.opacity(0.5), style: FillStyle(eoFill: true))
            selection
                .stroke(Color.white, lineWidth: 2)
            TimelineView(.animation(minimumInterval: 1.0 / 30, paused: reduceMotion)) { timeline in
                selection
                    .stroke(Color.black, style: style(at: timeline.date))
            }
        }
        .allowsHitTesting(false)
        .accessibilityHidden(true)
    }

    private var path: Path {
        let origin = viewport.photoFrame.origin
        return Path(outline).applying(
            CGAffineTransform(
                a: viewport.scale, b: 0, c: 0, d: viewport.scale, tx: origin.x, ty: origin.y))
    }

    private func veil(round selection: Path) -> Path {
        var veil = Path(viewport.photoFrame)
        veil.addPath(selection)
        return veil
    }

    private func style(at date: Date) -> StrokeStyle {
        let length = Self.dash.reduce(0, +)
        let phase = CGFloat(date.timeIntervalSinceReferenceDate * Self.speed)
            .truncatingRemainder(dividingBy: length)
        return StrokeStyle(lineWidth: 2, dash: Self.dash, dashPhase: -phase)
    }
}

extension Path {
    /// In edge coordinates of the photo.
    init(_ outline: Outline) {
        self.init { path in
            for ring in outline.rings where ring.count > 2 {
                path.addLines(ring)
                path.closeSubpath()
            }
        }
    }
}
