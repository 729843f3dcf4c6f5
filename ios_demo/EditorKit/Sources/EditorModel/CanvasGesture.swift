import Foundation

/// What fingers do on the photo, in points of the view.
public enum CanvasGesture: Equatable, Sendable {
    /// A foreground click.
    case tap(CGPoint)
    /// A background click.
    case longPress(CGPoint)
    /// A box is being drawn.
    case dragChanged(from: CGPoint, to: CGPoint)
    case dragEnded(from: CGPoint, to: CGPoint)
    /// Another finger came, or the system took over.
    case dragCancelled
    /// Two fingers: `factor` and `translation` since the last such event.
    case pinch(factor: Double, around: CGPoint, translation: CGSize)
}
