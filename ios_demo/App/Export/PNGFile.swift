import CoreGraphics
import Foundation
import ImageIO
import SqueezeSAM
import UniformTypeIdentifiers

/// The bytes of a PNG file with straight alpha: nothing is lost, as it would be by premultiplying.
///
/// Throws `SegmentationError` with the code `.outOfMemory`.
func pngFile(of cutout: Cutout) throws -> Data {
    let unmade = "the PNG file cannot be made"  // not translated
    let file = NSMutableData()
    guard
        let image = CGImage.pixels(
            cutout.bytes, width: cutout.rect.width, height: cutout.rect.height, bytesPerPixel: 4,
            alpha: cutout.isPremultiplied ? .premultipliedLast : .last),
        let destination = CGImageDestinationCreateWithData(
            file as CFMutableData, UTType.png.identifier as CFString, 1, nil)
    else { throw SegmentationError(.outOfMemory, unmade) }
    CGImageDestinationAddImage(destination, image, nil)
    guard CGImageDestinationFinalize(destination) else {
        throw SegmentationError(.outOfMemory, unmade)
    }
    return file as Data
}
