import CSqueezeSAM

/// A mask in memory: a byte a pixel, 1 inside and 0 outside, rows from the top without gaps.
public struct Bitmap: Hashable, Sendable {
    public let width: Int
    public let height: Int
    public let bytes: [UInt8]

    /// - Parameter bytes: width × height of them; anything but 0 is inside.
    public init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(bytes.count == width * height, "a bitmap has a byte a pixel")
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    public subscript(x: Int, y: Int) -> Bool {
        precondition(0..<width ~= x && 0..<height ~= y, "(\(x), \(y)) is outside the bitmap")
        return bytes[y * width + x] != 0
    }

    /// Keeps the largest 8-connected piece.
    public func keepLargest() throws -> Bitmap {
        try changed {
            ssam_bitmap_keep_largest(bytes, Int32(clamping: width), Int32(clamping: height), 0, $0)
        }
    }

    /// Fills holes of at most `area` pixels; nil for all.
    public func fillingHoles(upTo area: Int? = nil) throws -> Bitmap {
        try changed {
            ssam_bitmap_fill_holes(
                bytes, Int32(clamping: width), Int32(clamping: height), 0,
                area.map { Int64(max(0, $0)) } ?? -1, $0)
        }
    }

    /// Outlines as `Mask.contour` gives them.
    public func contour(tolerance: Double = 0) throws -> Contour {
        var pointer: OpaquePointer?
        try check(
            ssam_bitmap_contour(
                bytes, Int32(clamping: width), Int32(clamping: height), 0, tolerance, &pointer))
        return try Contour(owning: pointer)
    }

    public func runLengths() throws -> RunLengths {
        let counts = try sized {
            ssam_bitmap_rle_counts(
                bytes, Int32(clamping: width), Int32(clamping: height), 0, $0, $1, $2)
        }
        return RunLengths(width: width, height: height, counts: counts)
    }

    private func changed(_ change: (UnsafeMutablePointer<UInt8>?) -> ssam_status) throws -> Bitmap {
        let changed = try [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            try check(change(buffer.baseAddress))
            count = buffer.count
        }
        return Bitmap(width: width, height: height, bytes: changed)
    }
}
