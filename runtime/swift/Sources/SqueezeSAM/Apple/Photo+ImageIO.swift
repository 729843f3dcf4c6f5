#if canImport(ImageIO)
import CoreGraphics
import Foundation
import ImageIO

extension Photo {
    /// A photo from the bytes of a file (JPEG, HEIC, PNG, …), with the orientation written in it.
    ///
    /// Throws `SegmentationError` with the code `.photo`.
    public init(encoded file: Data) throws {
        let source = file.withUnsafeBytes { bytes in
            CFDataCreate(nil, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
                .flatMap { CGImageSourceCreateWithData($0, nil) }
        }
        guard let source, let image = CGImageSourceCreateImageAtIndex(source, 0, nil) else {
            throw SegmentationError(.photo, "not a photo that this device can read")
        }
        let properties = CGImageSourceCopyPropertiesAtIndex(source, 0, nil) as? [String: Any]
        let number = properties?[kCGImagePropertyOrientation as String] as? NSNumber
        try self.init(
            image, orientation: number.flatMap { Orientation(rawValue: $0.int32Value) } ?? .up)
    }
}
#endif
