#if canImport(ImageIO)
import CoreGraphics
import Foundation
import ImageIO

extension Photo {
    /// A photo from the bytes of a file (JPEG, HEIC, PNG, …), with the orientation written in it. Of
    /// several pictures in a file it is the one that the file calls its primary one. The size is
    /// looked at before anything is decoded.
    ///
    /// Throws `SegmentationError` with the code `.photo`.
    public init(encoded file: Data) throws {
        let source = file.withUnsafeBytes { bytes in
            CFDataCreate(nil, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
                .flatMap { CGImageSourceCreateWithData($0, nil) }
        }
        guard let source else { throw unreadable }
        let index = CGImageSourceGetPrimaryImageIndex(source)
        let properties = CGImageSourceCopyPropertiesAtIndex(source, index, nil) as? [String: Any]
        let number = { (key: CFString) in properties?[key as String] as? NSNumber }
        guard let width = number(kCGImagePropertyPixelWidth)?.intValue,
            let height = number(kCGImagePropertyPixelHeight)?.intValue
        else { throw unreadable }
        try Photo.checkSize(width: width, height: height)
        guard let image = CGImageSourceCreateImageAtIndex(source, index, nil) else {
            throw unreadable
        }
        let orientation = number(kCGImagePropertyOrientation)?.int32Value
        try self.init(image, orientation: orientation.flatMap(Orientation.init(rawValue:)) ?? .up)
    }
}

private let unreadable = SegmentationError(.photo, "not a photo that this device can read")
#endif
