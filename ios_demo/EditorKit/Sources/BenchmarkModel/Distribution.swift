/// Milliseconds, told by count and nearest-rank percentiles.
public struct Distribution: Codable, Equatable, Sendable {
    public let count: Int
    public let p50: Double
    public let p90: Double
    public let p99: Double

    /// - Parameter milliseconds: at least one.
    public init?(_ milliseconds: [Double]) {
        guard !milliseconds.isEmpty else { return nil }
        let sorted = milliseconds.sorted()
        func percentile(_ percent: Int) -> Double {
            // In whole numbers: 0.9 · 10 is not 9 in binary.
            let rank = (percent * sorted.count + 99) / 100
            return rounded(sorted[max(1, rank) - 1])
        }
        count = sorted.count
        (p50, p90, p99) = (percentile(50), percentile(90), percentile(99))
    }
}

/// To a microsecond, as the scripts do.
func rounded(_ milliseconds: Double) -> Double {
    (milliseconds * 1000).rounded() / 1000
}
