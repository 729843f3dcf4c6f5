import CSqueezeSAM

/// Milliseconds of wall time that a prediction took, stage by stage; 0 for a stage that it did not
/// need to run.
public struct Timings: Hashable, Sendable {
    /// Turning and resizing the photo, once when it was opened.
    public let open: Double
    /// Heat map to clicks, once a photo.
    public let clicks: Double
    /// Prompts and the last mask to input tensors.
    public let prompts: Double
    /// Choice of the mask, upsampling, largest piece, holes.
    public let mask: Double
    /// The prediction as a whole, without `open`.
    public let total: Double
    /// Every program of the bundle, by its name.
    public let programs: [String: Double]

    init(_ timings: ssam_timings) {
        open = timings.open
        clicks = timings.clicks
        prompts = timings.prompts
        mask = timings.mask
        total = timings.total
        let times = UnsafeBufferPointer(
            start: timings.programs, count: Int(timings.program_count))
        programs = Dictionary(
            times.map { (String(cString: $0.name), $0.ms) }, uniquingKeysWith: { first, _ in first }
        )
    }
}
