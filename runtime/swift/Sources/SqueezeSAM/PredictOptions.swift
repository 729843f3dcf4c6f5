import CSqueezeSAM

/// How a mask is made from what the network returned.
public struct PredictOptions: Hashable, Sendable {
    /// What happens to holes: pieces of background inside the object.
    public enum Holes: Hashable, Sendable {
        case keep
        /// Fills those of at most so many photo pixels.
        case fill(upTo: Int)
        case fillAll
    }

    /// Index of one of the network's masks; nil takes the one with the best score.
    public var candidate: Int?
    /// Keep only the largest piece.
    public var keepsLargestPiece: Bool
    /// Filled after the largest piece was chosen.
    public var holes: Holes

    public init(candidate: Int? = nil, keepsLargestPiece: Bool = false, holes: Holes = .keep) {
        self.candidate = candidate
        self.keepsLargestPiece = keepsLargestPiece
        self.holes = holes
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
        options.keep_largest = keepsLargestPiece ? 1 : 0
        switch holes {
        case .keep: options.max_hole_area = 0
        case .fill(let area): options.max_hole_area = Int64(max(0, area))
        case .fillAll: options.max_hole_area = -1
        }
        return options
    }
}
