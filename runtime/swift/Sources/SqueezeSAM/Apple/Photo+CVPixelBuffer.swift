#if canImport(CoreVideo)
import CSqueezeSAM
import CoreVideo
import Foundation

extension Photo {
    /// A photo over a camera's or decoder's pixel buffer, which is not copied: it must not be written
    /// to as long as the photo is used.
    ///
    /// - Parameter buffer: `kCVPixelFormatType_32BGRA`.
    ///
    /// Throws `SegmentationError` with the code `.photo` for another pixel format.
    public init(_ buffer: CVPixelBuffer, orientation: Orientation = .up) throws {
        let format = CVPixelBufferGetPixelFormatType(buffer)
        guard PixelBufferStorage.formats[format] != nil else {
            throw SegmentationError(
                .photo, "pixel buffers of the format '\(fourLetters(format))' are not supported")
        }
        self.init(storage: PixelBufferStorage(buffer: buffer), orientation: orientation)
    }
}

/// The format as Apple's headers write it: "BGRA".
private func fourLetters(_ format: OSType) -> String {
    let letters = (0..<4).map { UInt8(truncatingIfNeeded: format >> (24 - 8 * $0)) }
    let printable = letters.allSatisfy { 32..<127 ~= $0 }
    return printable ? String(decoding: letters, as: UTF8.self) : String(format)
}

/// Lends a pixel buffer's memory, which is locked for reading meanwhile.
struct PixelBufferStorage: PixelStorage, @unchecked Sendable {
    let buffer: CVPixelBuffer

    static let formats: [OSType: Photo.Format] = [kCVPixelFormatType_32BGRA: .bgra]

    func withImage<Result>(_ body: (ssam_image) throws -> Result) throws -> Result {
        guard CVPixelBufferLockBaseAddress(buffer, .readOnly) == kCVReturnSuccess else {
            throw SegmentationError(.photo, "the pixel buffer cannot be locked for reading")
        }
        defer { CVPixelBufferUnlockBaseAddress(buffer, .readOnly) }
        return try body(described())
    }

    private func described() -> ssam_image {
        var image = ssam_image()
        image.width = Int32(clamping: CVPixelBufferGetWidth(buffer))
        image.height = Int32(clamping: CVPixelBufferGetHeight(buffer))
        image.format = (Self.formats[CVPixelBufferGetPixelFormatType(buffer)] ?? .bgra).rawValue
        image.data = UnsafePointer(
            CVPixelBufferGetBaseAddress(buffer)?.assumingMemoryBound(to: UInt8.self))
        image.stride = Int64(CVPixelBufferGetBytesPerRow(buffer))
        return image
    }
}
#endif
