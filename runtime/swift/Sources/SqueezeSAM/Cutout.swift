import CSqueezeSAM

/// How an object is cut out.
public struct CutoutOptions: Hashable, Sendable {
    /// Soft where the photo's edge is; otherwise every pixel is kept or transparent.
    public var soft: Bool
    /// Colour times alpha, as Core Graphics and Metal like it; otherwise straight alpha, for files.
    public var premultiplied: Bool
    /// Only the rectangle round what is not wholly transparent.
    public var crop: Bool

    public init(soft: Bool = true, premultiplied: Bool = false, crop: Bool = false) {
        self.soft = soft
        self.premultiplied = premultiplied
        self.crop = crop
    }

    var core: ssam_cutout_options {
        var options = ssam_cutout_default_options()
        options.soft = soft ? 1 : 0
        options.premultiplied = premultiplied ? 1 : 0
        options.crop = crop ? 1 : 0
        return options
    }
}

/// An object cut out of its photo.
public struct Cutout: Hashable, Sendable {
    /// Where it lies in the upright photo; its width and height are the cut-out's.
    public let rect: Mask.PixelRect
    public let isPremultiplied: Bool
    /// RGBA, 8 bits a channel, rows without gaps. Wholly transparent pixels are 0, 0, 0, 0.
    public let bytes: [UInt8]
}
