import CSqueezeSAM
import Foundation

/// One prediction: the mask, and everything that led to it. Immutable; depends on no session.
///
/// Photo-sized results are made anew by each call and can be made by any thread.
public final class Mask: Sendable {
    /// A rectangle in whole pixels of the upright photo.
    public struct PixelRect: Hashable, Sendable {
        public let x: Int
        public let y: Int
        public let width: Int
        public let height: Int

        public init(x: Int, y: Int, width: Int, height: Int) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// Width and height, those of the upright photo.
    public let size: (width: Int, height: Int)
    /// The IoU that the network predicts for this mask, 0…1.
    public let score: Float
    /// Index of this mask among the candidates.
    public let candidate: Int
    /// The predicted IoU of every candidate.
    public let candidateScores: [Float]
    /// Foreground pixels.
    public let area: Int
    /// Smallest rectangle round the foreground; nil for an empty mask.
    public let bounds: PixelRect?
    /// The box, if there is one, then the clicks, oldest first.
    public let prompts: [UsedPrompt]
    public let timings: Timings
    /// Size of the logits as the network returned them, padding included.
    public let planeSize: (width: Int, height: Int)

    let handle: OpaqueHandle

    init(owning pointer: OpaquePointer?) throws {
        handle = OpaqueHandle(pointer, free: ssam_mask_free)
        var info = ssam_mask_info()
        try check(ssam_mask_get_info(pointer, &info))
        size = (Int(info.width), Int(info.height))
        score = info.score
        candidate = Int(info.chosen)
        candidateScores = Array(
            UnsafeBufferPointer(start: info.scores, count: Int(info.candidate_count)))
        area = Int(info.area)
        bounds =
            info.area == 0
            ? nil
            : PixelRect(
                x: Int(info.box_x), y: Int(info.box_y),
                width: Int(info.box_width), height: Int(info.box_height))
        prompts = UnsafeBufferPointer(start: info.prompts, count: info.prompt_count)
            .map(UsedPrompt.init)
        timings = Timings(info.timings)
        planeSize = (Int(info.plane_width), Int(info.plane_height))
    }

    /// Another mask from the same prediction: other candidate, other options. No network runs.
    public func derive(_ options: PredictOptions) throws -> Mask {
        var derived: OpaquePointer?
        try withUnsafePointer(to: options.core()) {
            try check(ssam_mask_derive(handle.pointer, $0, &derived))
        }
        return try Mask(owning: derived)
    }

    /// The mask with its edge moved to the edges of `photo`, the one that was opened. No network
    /// runs; at 12 megapixels it takes about a tenth of a second, so it is for the export rather
    /// than for every tap.
    ///
    /// Throws `SegmentationError` with the code `.photo` for a photo of another size.
    public func refined(by photo: Photo) throws -> Mask {
        var refined: OpaquePointer?
        try photo.withImage { image in
            try withUnsafePointer(to: image) {
                try check(ssam_mask_refine(handle.pointer, $0, nil, &refined))
            }
        }
        return try Mask(owning: refined)
    }

    /// The mask itself.
    public func bitmap() throws -> Bitmap {
        Bitmap(
            width: size.width, height: size.height,
            bytes: try bytes { ssam_mask_render(handle.pointer, 1, $0, 0) })
    }

    /// How certain the network is of each pixel: round(255 · sigmoid(logit)), a byte a pixel, rows
    /// without gaps. To draw over the photo; what a cut-out has is made from the photo as well.
    public func alpha() throws -> [UInt8] {
        try bytes { ssam_mask_render_alpha(handle.pointer, nil, $0, 0) }
    }

    /// Logits of this candidate at photo size, before largest piece and holes: above 0 is the
    /// object.
    public func logits() throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: size.width * size.height) { buffer, count in
            try check(ssam_mask_render_logits(handle.pointer, buffer.baseAddress, 0))
            count = buffer.count
        }
    }

    /// Logits of one candidate as the network returned them, `planeSize`; nil for an index that
    /// does not exist.
    public func planeLogits(candidate: Int) -> [Float]? {
        guard let index = Int32(exactly: candidate),
            let logits = ssam_mask_get_logits(handle.pointer, index)
        else { return nil }
        return Array(
            UnsafeBufferPointer(start: logits, count: planeSize.width * planeSize.height))
    }

    /// The outlines of the mask's pieces and of their holes.
    ///
    /// - Parameter tolerance: how far, in pixels, the simplified line may stray from the exact one;
    ///   with 0, filling by the even-odd rule gives the mask back exactly.
    public func contour(tolerance: Double = 0) throws -> Contour {
        var pointer: OpaquePointer?
        try check(ssam_mask_contour(handle.pointer, tolerance, &pointer))
        return try Contour(owning: pointer)
    }

    /// COCO run lengths.
    public func runLengths() throws -> RunLengths {
        let counts = try sized { ssam_mask_rle_counts(handle.pointer, $0, $1, $2) }
        return RunLengths(width: size.width, height: size.height, counts: counts)
    }

    /// The object cut out of `photo`, the one that was opened: RGBA, transparent round the object.
    ///
    /// Throws `SegmentationError` with the code `.photo` for a photo of another size, `.state` for
    /// the crop of an empty mask.
    public func cutout(of photo: Photo, _ options: CutoutOptions = CutoutOptions()) throws -> Cutout
    {
        var core = options.core
        var (x, y, width, height): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        try check(ssam_mask_cutout_rect(handle.pointer, &core, &x, &y, &width, &height))
        let bytes = try photo.withImage { image in
            try withUnsafePointer(to: image) { image in
                try [UInt8](unsafeUninitializedCapacity: Int(width) * Int(height) * 4) {
                    try check(ssam_mask_cutout(handle.pointer, image, &core, $0.baseAddress, 0))
                    $1 = $0.count
                }
            }
        }
        return Cutout(
            rect: PixelRect(x: Int(x), y: Int(y), width: Int(width), height: Int(height)),
            isPremultiplied: options.premultiplied, bytes: bytes)
    }

    private func bytes(_ render: (UnsafeMutablePointer<UInt8>?) -> ssam_status) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: size.width * size.height) { buffer, count in
            try check(render(buffer.baseAddress))
            count = buffer.count
        }
    }
}

/// What `ssam.h` says about buffers whose size is not known beforehand: asks, then fills.
func sized<Element: AdditiveArithmetic>(
    _ fill: (UnsafeMutablePointer<Element>?, Int, UnsafeMutablePointer<Int>?) -> ssam_status
) throws -> [Element] {
    var count = 0
    try check(fill(nil, 0, &count))
    var elements = [Element](repeating: .zero, count: count)
    try check(fill(&elements, count, &count))
    return elements
}
