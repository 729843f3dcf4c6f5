#if canImport(CoreGraphics)
import CoreGraphics

extension Contour {
    /// The outlines as one path, in edge coordinates of the photo; holes stay holes under either fill
    /// rule.
    ///
    /// - Parameter transform: from the photo to where it is shown.
    public func cgPath(transform: CGAffineTransform = .identity) -> CGPath {
        let path = CGMutablePath()
        for ring in rings where ring.points.count > 2 {
            path.addLines(
                between: ring.points.map { CGPoint(x: CGFloat($0.x), y: CGFloat($0.y)) },
                transform: transform)
            path.closeSubpath()
        }
        return path
    }
}
#endif

#if canImport(SwiftUI)
import SwiftUI

extension Contour {
    /// The same for SwiftUI.
    public func path(transform: CGAffineTransform = .identity) -> Path {
        Path(cgPath(transform: transform))
    }
}
#endif
