import CSqueezeSAM

/// How a mask is made from what the network returned.
public struct PredictOptions: Hashable, Sendable {
    /// Index of one of the network's masks; nil takes the one with the best score.
    public var candidate: Int?
    /// Keep only the largest piece.
    public var keepLargest: Bool
    /// Then holes, pieces of background inside the object, of at most so many photo pixels are
    /// filled; 0 fills none, -1 all.
    public var maxHoleArea: Int

    public init(candidate: Int? = nil, keepLargest: Bool = false, maxHoleArea: Int = 0) {
        self.candidate = candidate
        self.keepLargest = keepLargest
        self.maxHoleArea = maxHoleArea
    }

    /// As the core takes them. Its -1 for "the best one" stays inside: here that is nil.
    func core() throws -> ssam_predict_options {
        var options = ssam_predict_default_options()
        if let candidate {
            if candidate < 0 {
                throw SegmentationError(.invalidArgument, "there is no candidate \(candidate)")
            }
            options.candidate = Int32(clamping: candidate)
        }
        options.keep_largest = keepLargest ? 1 : 0
        options.max_hole_area = Int64(maxHoleArea)
        return options
    }
}
