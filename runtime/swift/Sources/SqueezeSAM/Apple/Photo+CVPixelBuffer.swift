#if canImport(CoreVideo)
import CSqueezeSAM
import CoreVideo
import Foundation

extension Photo {
    /// A photo over a camera's or decoder's pixel buffer, which is not copied: it must not be written
    /// to as long as the photo is used.
    ///
    /// - Parameters:
    ///   - buffer: `kCVPixelFormatType_32BGRA`, or `420YpCbCr8BiPlanar` in full or video range.
    ///   - matrix: for a two-plane buffer that does not say so itself; a camera's does.
    ///
    /// Throws `SegmentationError` with the code `.photo` for another pixel format, and where nobody
    /// says how the colours are coded.
    public init(
        _ buffer: CVPixelBuffer, matrix: Coding.Matrix? = nil, orientation: Orientation = .up
    ) throws {
        let layout: PixelBufferStorage.Layout
        let format = CVPixelBufferGetPixelFormatType(buffer)
        switch format {
        case kCVPixelFormatType_32BGRA:
            layout = .bgra
        case kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange:
            layout = .twoPlanes(
                Coding(range: .video, matrix: try codingMatrix(of: buffer, otherwise: matrix)))
        case kCVPixelFormatType_420YpCbCr8BiPlanarFullRange:
            layout = .twoPlanes(
                Coding(range: .full, matrix: try codingMatrix(of: buffer, otherwise: matrix)))
        default:
            throw SegmentationError(
                .photo, "pixel buffers of the format '\(fourLetters(format))' are not supported")
        }
        self.init(
            storage: PixelBufferStorage(buffer: buffer, layout: layout), orientation: orientation)
    }
}

/// The matrix that the buffer names, or else the caller's.
private func codingMatrix(
    of buffer: CVPixelBuffer, otherwise matrix: Photo.Coding.Matrix?
) throws -> Photo.Coding.Matrix {
    let named = CVBufferCopyAttachment(buffer, kCVImageBufferYCbCrMatrixKey, nil) as? String
    guard let named else {
        guard let matrix else {
            throw SegmentationError(
                .photo, "the pixel buffer does not say how its colours are coded: name a matrix")
        }
        return matrix
    }
    if named == kCVImageBufferYCbCrMatrix_ITU_R_601_4 as String { return .bt601 }
    if named == kCVImageBufferYCbCrMatrix_ITU_R_709_2 as String { return .bt709 }
    throw SegmentationError(.photo, "the colour matrix '\(named)' is not supported")
}

/// The format as Apple's headers write it: "BGRA".
private func fourLetters(_ format: OSType) -> String {
    let letters = (0..<4).map { UInt8(truncatingIfNeeded: format >> (24 - 8 * $0)) }
    let printable = letters.allSatisfy { 32..<127 ~= $0 }
    return printable ? String(decoding: letters, as: UTF8.self) : String(format)
}

/// Lends a pixel buffer's memory, which is locked for reading meanwhile.
struct PixelBufferStorage: PixelStorage, @unchecked Sendable {
    enum Layout {
        case bgra
        case twoPlanes(Photo.Coding)
    }

    let buffer: CVPixelBuffer
    let layout: Layout

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
        switch layout {
        case .bgra:
            image.format = Photo.Format.bgra.rawValue
            image.data = bytes(CVPixelBufferGetBaseAddress(buffer))
            image.stride = Int64(CVPixelBufferGetBytesPerRow(buffer))
        case .twoPlanes(let coding):
            coding.describe(&image)
            image.data = bytes(CVPixelBufferGetBaseAddressOfPlane(buffer, 0))
            image.stride = Int64(CVPixelBufferGetBytesPerRowOfPlane(buffer, 0))
            image.chroma = bytes(CVPixelBufferGetBaseAddressOfPlane(buffer, 1))
            image.chroma_stride = Int64(CVPixelBufferGetBytesPerRowOfPlane(buffer, 1))
        }
        return image
    }

    private func bytes(_ address: UnsafeMutableRawPointer?) -> UnsafePointer<UInt8>? {
        UnsafePointer(address?.assumingMemoryBound(to: UInt8.self))
    }
}
#endif
