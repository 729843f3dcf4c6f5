import SqueezeSAM

/// A photo and the mask to cut it out with: what is saved, shared and dragged.
public struct CutoutSource: Sendable {
    let photo: Photo
    let mask: Mask

    /// The object, cropped to its rectangle, with straight alpha as PNG files have it. Takes time:
    /// not for the main thread.
    public func cutout() throws -> Cutout {
        try mask.cutout(of: photo, CutoutOptions(crop: true))
    }
}
