import CSqueezeSAM

/// A mask as COCO's run lengths: column-major, beginning with a (perhaps 0) run of background.
public struct RunLengths: Hashable, Sendable {
    public let width: Int
    public let height: Int
    public let counts: [UInt32]

    public init(width: Int, height: Int, counts: [UInt32]) {
        self.width = width
        self.height = height
        self.counts = counts
    }

    /// Reads COCO's compressed string.
    ///
    /// Throws `SegmentationError` with the code `.invalidArgument` for a string that is not such.
    public init(width: Int, height: Int, string: String) throws {
        let text = string.utf8.map { CChar(bitPattern: $0) }
        let counts: [UInt32] = try sized {
            ssam_rle_from_string(text, text.count, $0, $1, $2)
        }
        self.init(width: width, height: height, counts: counts)
    }

    /// COCO's compressed string.
    public func string() throws -> String {
        var length = 0
        try check(ssam_rle_to_string(counts, counts.count, nil, 0, &length))
        var text = [CChar](repeating: 0, count: length + 1)
        try check(ssam_rle_to_string(counts, counts.count, &text, text.count, &length))
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The mask again. The runs must add up to width × height.
    public func bitmap() throws -> Bitmap {
        // A size that cannot be is the core's to refuse, before it writes anything.
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        let fits = !overflow && 1...(1 << 28) ~= pixels  // SSAM_MAX_PIXELS
        let bytes = try [UInt8](unsafeUninitializedCapacity: fits ? pixels : 1) {
            try check(
                ssam_rle_decode(
                    counts, counts.count, Int32(clamping: width), Int32(clamping: height), 1,
                    $0.baseAddress))
            $1 = pixels
        }
        return Bitmap(width: width, height: height, bytes: bytes)
    }
}
