import BenchmarkModel
import CoreGraphics
import UIKit

extension PickedPhoto {
    /// The drawn photo that comes with the app.
    static func sample() -> PickedPhoto {
        let drawn = Task.detached(priority: .userInitiated) { SamplePhoto() }
        return PickedPhoto {
            await drawn.value.photo
        } preview: {
            await drawn.value.image()
        }
    }
}

extension SamplePhoto {
    fileprivate func image() -> UIImage? {
        let (width, height) = Self.size
        return CGImage.pixels(
            [UInt8](bytes), width: width, height: height, bytesPerPixel: 3, alpha: .none
        ).map { UIImage(cgImage: $0) }
    }
}

extension CGImage {
    /// An sRGB image from bytes, rows without gaps.
    static func pixels(
        _ bytes: [UInt8], width: Int, height: Int, bytesPerPixel: Int, alpha: CGImageAlphaInfo
    ) -> CGImage? {
        guard let data = CFDataCreate(nil, bytes, bytes.count),
            let provider = CGDataProvider(data: data),
            let space = CGColorSpace(name: CGColorSpace.sRGB)
        else { return nil }
        return CGImage(
            width: width, height: height, bitsPerComponent: 8, bitsPerPixel: 8 * bytesPerPixel,
            bytesPerRow: bytesPerPixel * width, space: space,
            bitmapInfo: CGBitmapInfo(rawValue: alpha.rawValue), provider: provider, decode: nil,
            shouldInterpolate: true, intent: .defaultIntent)
    }
}
