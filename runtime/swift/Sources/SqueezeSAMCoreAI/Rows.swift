/// The rows of an array: where each begins in memory, and where in a dense, row-major copy.
///
/// A row is as long as what lies evenly spaced: where the whole array does, it is one row.
struct Rows: Sequence {
    /// `count` numbers from `start`, `step` apart; in the dense copy they follow `dense`.
    struct Row: Equatable {
        let start: Int
        let step: Int
        let dense: Int
        let count: Int
    }

    private let outer: [(size: Int, stride: Int)]
    private let count: Int
    private let step: Int

    /// - Parameters:
    ///   - shape: length of each dimension; empty for a single number.
    ///   - strides: numbers between neighbours along each dimension.
    init(shape: [Int], strides: [Int]) {
        var axes = Array(zip(shape, strides)).map { (size: $0, stride: $1) }
        let last = axes.popLast() ?? (size: 1, stride: 1)
        var count = last.size
        while let next = axes.last, next.size == 1 || next.stride == last.stride * count {
            count *= next.size
            axes.removeLast()
        }
        outer = axes
        self.count = count
        step = last.stride
    }

    func makeIterator() -> AnyIterator<Row> {
        let total = outer.reduce(count == 0 ? 0 : 1) { $0 * $1.size }
        var index = 0
        return AnyIterator {
            guard index < total else { return nil }
            var left = index
            var start = 0
            for axis in outer.reversed() {
                start += left % axis.size * axis.stride
                left /= axis.size
            }
            let row = Row(start: start, step: step, dense: index * count, count: count)
            index += 1
            return row
        }
    }
}
