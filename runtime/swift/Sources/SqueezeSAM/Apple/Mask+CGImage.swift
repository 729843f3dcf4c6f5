#if canImport(CoreGraphics)
import CoreGraphics
import Foundation

extension Mask {
    /// The mask as an 8-bit grey image of the photo's size: white is the object.
    ///
    /// - Parameter soft: with the edges of `alpha()`; otherwise black and white.
    public func cgImage(soft: Bool = true) throws -> CGImage {
        let bytes = try soft ? alpha() : bitmap().bytes.map { $0 == 0 ? 0 : 255 }
        return try image(
            bytes, width: size.width, height: size.height, bytesPerPixel: 1,
            space: CGColorSpaceCreateDeviceGray(), alpha: .none)
    }

    /// The object cut out of `photo`, transparent round it, in sRGB.
    ///
    /// - Parameter crop: only the rectangle round the object.
    ///
    /// Throws what `cutout(of:_:)` throws.
    public func cgCutout(of photo: Photo, soft: Bool = true, crop: Bool = false) throws -> CGImage {
        let options = CutoutOptions(soft: soft, premultiplied: true, crop: crop)
        let cutout = try cutout(of: photo, options)
        guard let space = CGColorSpace(name: CGColorSpace.sRGB) else {
            throw SegmentationError(.internalError, "this device has no sRGB")
        }
        return try image(
            cutout.bytes, width: cutout.rect.width, height: cutout.rect.height, bytesPerPixel: 4,
            space: space, alpha: .premultipliedLast)
    }
}

/// An image with a copy of `bytes`, rows without gaps.
private func image(
    _ bytes: [UInt8], width: Int, height: Int, bytesPerPixel: Int, space: CGColorSpace,
    alpha: CGImageAlphaInfo
) throws -> CGImage {
    guard let data = CFDataCreate(nil, bytes, bytes.count),
        let provider = CGDataProvider(data: data),
        let image = CGImage(
            width: width, height: height, bitsPerComponent: 8, bitsPerPixel: 8 * bytesPerPixel,
            bytesPerRow: width * bytesPerPixel, space: space,
            bitmapInfo: CGBitmapInfo(rawValue: alpha.rawValue), provider: provider, decode: nil,
            shouldInterpolate: true, intent: .defaultIntent)
    else { throw SegmentationError(.outOfMemory, "out of memory") }
    return image
}
#endif
