import CSqueezeSAM
import Foundation

/// What holds a photo's pixels.
protocol PixelStorage: Sendable {
    /// Calls `body` with a description without orientation, valid during that call.
    func withImage<Result>(_ body: (ssam_image) throws -> Result) throws -> Result
}

/// Pixels in a `Data`.
struct PixelData: PixelStorage {
    let bytes: Data
    let width: Int
    let height: Int
    let stride: Int
    let format: Photo.Format

    func withImage<Result>(_ body: (ssam_image) throws -> Result) throws -> Result {
        var image = ssam_image()
        image.width = Int32(clamping: width)
        image.height = Int32(clamping: height)
        image.stride = Int64(stride)
        image.format = format.rawValue
        if isPlausible(image) {
            let row = width * format.bytesPerPixel
            try checkLength(bytes, rows: height, row: row, stride: stride, of: image)
        }
        return try bytes.withUnsafeBytes { buffer in
            image.data = buffer.bindMemory(to: UInt8.self).baseAddress
            return try body(image)
        }
    }
}

/// Luma and chroma, each in a `Data`.
struct TwoPlaneData: PixelStorage {
    let luma: Data
    let lumaStride: Int
    let chroma: Data
    let chromaStride: Int
    let width: Int
    let height: Int
    let coding: Photo.Coding

    func withImage<Result>(_ body: (ssam_image) throws -> Result) throws -> Result {
        var image = ssam_image()
        image.width = Int32(clamping: width)
        image.height = Int32(clamping: height)
        image.stride = Int64(lumaStride)
        image.chroma_stride = Int64(chromaStride)
        coding.describe(&image)
        if isPlausible(image) {
            let (pairs, pairRows) = ((width + 1) / 2, (height + 1) / 2)
            try checkLength(luma, rows: height, row: width, stride: lumaStride, of: image)
            try checkLength(
                chroma, rows: pairRows, row: 2 * pairs, stride: chromaStride, of: image)
        }
        return try luma.withUnsafeBytes { luma in
            try chroma.withUnsafeBytes { chroma in
                image.data = luma.bindMemory(to: UInt8.self).baseAddress
                image.chroma = chroma.bindMemory(to: UInt8.self).baseAddress
                return try body(image)
            }
        }
    }
}

/// Whether the sides are such as the core takes; if not, it says so itself.
private func isPlausible(_ image: ssam_image) -> Bool {
    let sides = 1...Int32(SSAM_MAX_SIDE)
    return sides ~= image.width && sides ~= image.height
}

/// The core cannot know how many bytes there are; all else about a description it checks.
private func checkLength(
    _ bytes: Data, rows: Int, row: Int, stride: Int, of image: ssam_image
) throws {
    guard stride == 0 || stride >= row else { return }
    let (gaps, overflow) = (rows - 1).multipliedReportingOverflow(by: stride == 0 ? row : stride)
    let (needed, more) = gaps.addingReportingOverflow(row)
    if overflow || more || needed > bytes.count {
        throw SegmentationError(
            .invalidArgument,
            "the photo has \(bytes.count) bytes, too few for \(image.width) x \(image.height) pixels"
        )
    }
}
