#if canImport(UIKit)
import UIKit

extension Photo {
    /// A photo from a `UIImage`, with its orientation.
    ///
    /// Throws `SegmentationError` with the code `.photo` for one that is not backed by a `CGImage`.
    public init(_ image: UIImage) throws {
        guard let pixels = image.cgImage else {
            throw SegmentationError(.photo, "the image has no pixels of its own: render it first")
        }
        try self.init(pixels, orientation: Orientation(image.imageOrientation))
    }
}

extension Photo.Orientation {
    public init(_ orientation: UIImage.Orientation) {
        switch orientation {
        case .up: self = .up
        case .upMirrored: self = .upMirrored
        case .down: self = .down
        case .downMirrored: self = .downMirrored
        case .left: self = .left
        case .leftMirrored: self = .leftMirrored
        case .right: self = .right
        case .rightMirrored: self = .rightMirrored
        @unknown default: self = .up
        }
    }
}
#endif
