import CSqueezeSAM

/// Milliseconds of wall time that a prediction took, stage by stage; 0 for a stage that it did not
/// need to run.
public struct Timings: Hashable, Sendable {
    /// Turning and resizing the photo, once when it was opened.
    public let open: Double
    /// The saliency network, once a photo.
    public let saliency: Double
    /// Heat map to clicks, once a photo.
    public let clicks: Double
    /// Prompts to the network's inputs.
    public let planes: Double
    /// The segmenter network.
    public let segmenter: Double
    /// Choice of the mask, upsampling, largest piece, holes.
    public let mask: Double
    /// The prediction as a whole, without `open`.
    public let total: Double

    init(_ timings: ssam_timings) {
        open = timings.open
        saliency = timings.saliency
        clicks = timings.clicks
        planes = timings.planes
        segmenter = timings.segmenter
        mask = timings.mask
        total = timings.total
    }
}
