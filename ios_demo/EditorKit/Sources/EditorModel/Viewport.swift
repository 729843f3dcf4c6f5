import Foundation

/// Where the photo lies in the view that shows it: fitted with its aspect kept, then zoomed and
/// moved with the fingers.
///
/// Three kinds of coordinates: points of the view; edges of the photo, whose first pixel is the
/// square from (0, 0) to (1, 1), as outlines have them; pixels of the photo, the centre of the first
/// one at (0, 0), as prompts have them.
public struct Viewport: Equatable, Sendable {
    public static let zoomRange = 1.0...16.0

    public let photo: PixelSize
    public let view: CGSize
    /// 1 shows the whole photo.
    public private(set) var zoom = 1.0
    /// The place of the photo, in edge coordinates, that the middle of the view shows.
    public private(set) var centre: CGPoint

    public init(photo: PixelSize, view: CGSize) {
        self.photo = photo
        self.view = view
        centre = CGPoint(x: Double(photo.width) / 2, y: Double(photo.height) / 2)
    }

    /// Points of the view for a pixel of the photo.
    public var scale: Double {
        guard photo.width > 0, photo.height > 0, view.width > 0, view.height > 0 else { return 1 }
        let fit = min(
            Double(view.width) / Double(photo.width), Double(view.height) / Double(photo.height))
        return fit * zoom
    }

    /// What the photo covers, in points of the view.
    public var photoFrame: CGRect {
        let origin = viewPoint(edge: .zero)
        return CGRect(
            x: Double(origin.x), y: Double(origin.y),
            width: Double(photo.width) * scale, height: Double(photo.height) * scale)
    }

    public func viewPoint(edge: CGPoint) -> CGPoint {
        CGPoint(
            x: (Double(edge.x) - Double(centre.x)) * scale + Double(view.width) / 2,
            y: (Double(edge.y) - Double(centre.y)) * scale + Double(view.height) / 2)
    }

    public func viewPoint(pixel: CGPoint) -> CGPoint {
        viewPoint(edge: CGPoint(x: Double(pixel.x) + 0.5, y: Double(pixel.y) + 0.5))
    }

    /// The place of the photo under a point of the view, in edge coordinates, perhaps outside.
    public func edge(at point: CGPoint) -> CGPoint {
        CGPoint(
            x: (Double(point.x) - Double(view.width) / 2) / scale + Double(centre.x),
            y: (Double(point.y) - Double(view.height) / 2) / scale + Double(centre.y))
    }

    /// The pixel under a point of the view; nil beside the photo.
    public func pixel(at point: CGPoint) -> CGPoint? {
        let edge = edge(at: point)
        guard edge.x >= 0, edge.y >= 0, Int(edge.x) < photo.width, Int(edge.y) < photo.height else {
            return nil
        }
        return CGPoint(x: Double(edge.x) - 0.5, y: Double(edge.y) - 0.5)
    }

    /// The part of the photo between two points of the view, in pixel coordinates; nil where less
    /// than `minimumSide` points of the view are left of it in either direction.
    public func pixels(
        from start: CGPoint, to end: CGPoint, minimumSide: Double = 12
    ) -> CGRect? {
        let (start, end) = (inside(edge(at: start)), inside(edge(at: end)))
        let (width, height) = (abs(Double(end.x - start.x)), abs(Double(end.y - start.y)))
        guard width * scale >= minimumSide, height * scale >= minimumSide else { return nil }
        return CGRect(
            x: min(Double(start.x), Double(end.x)) - 0.5,
            y: min(Double(start.y), Double(end.y)) - 0.5, width: width, height: height)
    }

    /// Zooms by `factor`; what `anchor`, a point of the view, shows stays there where it can.
    public func zoomed(by factor: Double, around anchor: CGPoint) -> Viewport {
        guard factor.isFinite, factor > 0 else { return self }
        var changed = self
        let held = edge(at: anchor)
        changed.zoom = min(max(zoom * factor, Self.zoomRange.lowerBound), Self.zoomRange.upperBound)
        let shown = changed.edge(at: anchor)
        changed.centre.x += held.x - shown.x
        changed.centre.y += held.y - shown.y
        return changed.settled()
    }

    /// Moves the photo by so many points of the view.
    public func moved(by translation: CGSize) -> Viewport {
        var changed = self
        changed.centre.x -= translation.width / scale
        changed.centre.y -= translation.height / scale
        return changed.settled()
    }

    /// The same place at the same zoom in a view of another size, e.g. after a rotation.
    public func resized(to view: CGSize) -> Viewport {
        var changed = Viewport(photo: photo, view: view)
        changed.zoom = zoom
        changed.centre = centre
        return changed.settled()
    }

    /// No gap beside the photo that a move could close.
    private func settled() -> Viewport {
        var changed = self
        changed.centre.x = settled(centre.x, length: photo.width, shown: view.width)
        changed.centre.y = settled(centre.y, length: photo.height, shown: view.height)
        return changed
    }

    private func settled(_ centre: CGFloat, length: Int, shown: CGFloat) -> CGFloat {
        let half = shown / scale / 2
        let length = CGFloat(length)
        return length <= 2 * half ? length / 2 : min(max(centre, half), length - half)
    }

    private func inside(_ edge: CGPoint) -> CGPoint {
        CGPoint(
            x: min(max(edge.x, 0), CGFloat(photo.width)),
            y: min(max(edge.y, 0), CGFloat(photo.height)))
    }
}
