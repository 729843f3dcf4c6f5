import CSqueezeSAM
import Foundation

/// A photo as it lies in memory: 8 bits a channel, not yet turned upright. A value that is cheap to
/// copy: the pixels are shared.
///
/// On Apple's platforms there are initialisers for `CGImage`, `CVPixelBuffer` and encoded files.
public struct Photo: Sendable {
    /// How the bytes of a pixel are laid out. Alpha is ignored but for the straight formats:
    /// there the networks see the photo over white, and a cut-out keeps its alpha.
    public enum Format: Int32, Hashable, Sendable, CaseIterable {
        case rgb = 0
        case rgba = 1
        case bgra = 2
        case gray = 3
        case rgbaStraight = 6
        case bgraStraight = 7

        public var bytesPerPixel: Int {
            switch self {
            case .rgb: return 3
            case .rgba, .bgra, .rgbaStraight, .bgraStraight: return 4
            case .gray: return 1
            }
        }
    }

    /// How to turn the stored rows upright: EXIF's numbers, with the names of
    /// `CGImagePropertyOrientation`.
    public enum Orientation: Int32, Hashable, Sendable, CaseIterable {
        case up = 1
        case upMirrored = 2
        case down = 3
        case downMirrored = 4
        case leftMirrored = 5
        case right = 6
        case rightMirrored = 7
        case left = 8

        /// The orientation written in an encoded JPEG, PNG, WebP or TIFF; `.up` where there is none.
        public init(ofEncoded file: Data) {
            let value = file.withUnsafeBytes { bytes in
                ssam_exif_orientation(
                    bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
            }
            self = Orientation(rawValue: value) ?? .up
        }
    }

    /// Throws what the core would say of a photo of this size, before memory is taken for it.
    static func checkSize(width: Int, height: Int) throws {
        let (longest, most) = (65535, 1 << 28)  // SSAM_MAX_SIDE, SSAM_MAX_PIXELS
        guard 1...longest ~= width, 1...longest ~= height, width * height <= most else {
            throw SegmentationError(
                .photo,
                "the photo is too large (\(width)x\(height)): at most \(longest) pixels a side and "
                    + "\(most) in all")
        }
    }

    /// Where the pixels are. Photos of the platform's own kinds lend theirs without a copy.
    let storage: any PixelStorage
    public let orientation: Orientation

    /// - Parameters:
    ///   - bytes: the rows, from the top.
    ///   - width: of the stored rows, in pixels, before orientation.
    ///   - height: of the stored rows, in pixels, before orientation.
    ///   - stride: bytes from a row to the next; 0 for rows without gaps.
    ///   - format: how the bytes of a pixel are laid out.
    ///   - orientation: how to turn the rows upright.
    ///
    /// The description is checked where the photo is used (`Segmenter.open`, `Mask.cutout`).
    public init(
        bytes: Data, width: Int, height: Int, stride: Int = 0, format: Format = .rgb,
        orientation: Orientation = .up
    ) {
        self.init(
            storage: PixelData(
                bytes: bytes, width: width, height: height, stride: stride, format: format),
            orientation: orientation)
    }

    init(storage: any PixelStorage, orientation: Orientation) {
        self.storage = storage
        self.orientation = orientation
    }

    /// The same pixels with another orientation.
    public func oriented(_ orientation: Orientation) -> Photo {
        Photo(storage: storage, orientation: orientation)
    }

    /// Width and height once upright.
    public func orientedSize() throws -> (width: Int, height: Int) {
        var width: Int32 = 0
        var height: Int32 = 0
        try withImage { image in
            try withUnsafePointer(to: image) { try check(ssam_oriented_size($0, &width, &height)) }
        }
        return (Int(width), Int(height))
    }

    /// Calls `body` with the core's description of this photo, valid during that call.
    func withImage<Result>(_ body: (ssam_image) throws -> Result) throws -> Result {
        try storage.withImage { image in
            var turned = image
            turned.orientation = orientation.rawValue
            return try body(turned)
        }
    }
}
