#if canImport(CoreGraphics)
import CoreGraphics
import Foundation

extension Photo {
    /// A photo from an image in any colour space, which is converted to sRGB. Transparent pixels are
    /// laid over white.
    ///
    /// - Parameter orientation: a `CGImage` does not know its own; that of a `UIImage` and of a file
    ///   has to be handed on.
    ///
    /// Throws `SegmentationError` with the code `.photo`.
    public init(_ image: CGImage, orientation: Orientation = .up) throws {
        let (width, height) = (image.width, image.height)
        try Photo.checkSize(width: width, height: height)
        var bytes = Data(count: width * height * 4)
        let drawn = bytes.withUnsafeMutableBytes { buffer in
            guard let space = CGColorSpace(name: CGColorSpace.sRGB),
                let context = CGContext(
                    data: buffer.baseAddress, width: width, height: height, bitsPerComponent: 8,
                    bytesPerRow: width * 4, space: space,
                    bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)
            else { return false }
            let all = CGRect(x: 0, y: 0, width: width, height: height)
            context.setFillColor(red: 1, green: 1, blue: 1, alpha: 1)
            context.fill(all)
            context.draw(image, in: all)
            return true
        }
        guard drawn else {
            throw SegmentationError(.photo, "the photo of \(width)x\(height) cannot be drawn")
        }
        self.init(
            bytes: bytes, width: width, height: height, format: .rgba, orientation: orientation)
    }
}
#endif
