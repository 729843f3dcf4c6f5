import Foundation

/// A ninth of the photo, for people who say where they click instead of touching the place.
public enum ClickRegion: Int, CaseIterable, Identifiable, Sendable {
    case topLeft, top, topRight
    case left, middle, right
    case bottomLeft, bottom, bottomRight

    public var id: Int { rawValue }

    /// Its middle, in pixel coordinates of the photo.
    public func pixel(in photo: PixelSize) -> CGPoint {
        let (column, row) = (rawValue % 3, rawValue / 3)
        return CGPoint(
            x: (2 * Double(column) + 1) / 6 * Double(photo.width) - 0.5,
            y: (2 * Double(row) + 1) / 6 * Double(photo.height) - 0.5)
    }
}
