import CSqueezeSAM
import Foundation

extension Photo {
    /// What the bytes of a two-plane photo stand for. There is no default: a wrong guess shifts all
    /// colours and is seen by nobody.
    public struct Coding: Hashable, Sendable {
        /// The order of a pair of chroma bytes.
        public enum Pairs: Int32, Hashable, Sendable {
            /// Cb, Cr: NV12, Apple's buffers.
            case cbCr = 4
            /// Cr, Cb: NV21.
            case crCb = 5
        }

        public enum Range: Int32, Hashable, Sendable {
            /// Luma 16…235, chroma 16…240.
            case video = 1
            /// 0…255.
            case full = 2
        }

        public enum Matrix: Int32, Hashable, Sendable {
            /// JPEG, standard definition.
            case bt601 = 1
            /// High definition, iPhone video.
            case bt709 = 2
        }

        public var pairs: Pairs
        public var range: Range
        public var matrix: Matrix

        public init(_ pairs: Pairs = .cbCr, range: Range, matrix: Matrix) {
            self.pairs = pairs
            self.range = range
            self.matrix = matrix
        }

        func describe(_ image: inout ssam_image) {
            image.format = pairs.rawValue
            image.range = range.rawValue
            image.matrix = matrix.rawValue
        }
    }

    /// A photo of two planes, as cameras and video decoders give them.
    ///
    /// - Parameters:
    ///   - luma: a byte a pixel.
    ///   - lumaStride: bytes from a row to the next; 0 for rows without gaps.
    ///   - chroma: a pair of bytes for each block of 2 × 2 pixels, halves rounded up.
    ///   - chromaStride: bytes from a row of pairs to the next; 0 for rows without gaps.
    ///   - width: of the stored rows, in pixels, before orientation.
    ///   - height: of the stored rows, in pixels, before orientation.
    public init(
        luma: Data, lumaStride: Int = 0, chroma: Data, chromaStride: Int = 0, width: Int,
        height: Int, coding: Coding, orientation: Orientation = .up
    ) {
        self.init(
            storage: TwoPlaneData(
                luma: luma, lumaStride: lumaStride, chroma: chroma, chromaStride: chromaStride,
                width: width, height: height, coding: coding),
            orientation: orientation)
    }
}
