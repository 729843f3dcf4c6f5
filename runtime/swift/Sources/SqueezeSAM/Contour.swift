import CSqueezeSAM
import Foundation

/// Outlines in edge coordinates: the first pixel is the square from (0, 0) to (1, 1).
///
/// Outer rings run clockwise as seen on the screen, holes counter-clockwise; each outer ring is
/// followed by its holes.
public struct Contour: Hashable, Sendable {
    /// One closed polygon, the last point not repeated.
    public struct Ring: Hashable, Sendable {
        public let points: [SIMD2<Float>]
        /// For a hole, the index of the ring it lies in; nil for an outer ring.
        public let parent: Int?
    }

    public let rings: [Ring]

    init(owning pointer: OpaquePointer?) throws {
        let handle = OpaqueHandle(pointer, free: ssam_contour_free)
        rings = try (0..<ssam_contour_ring_count(handle.pointer)).map { index in
            var ring = ssam_ring()
            try check(ssam_contour_get_ring(handle.pointer, index, &ring))
            return Ring(ring)
        }
    }
}

extension Contour.Ring {
    fileprivate init(_ ring: ssam_ring) {
        let numbers = UnsafeBufferPointer(start: ring.points, count: 2 * ring.count)
        points = (0..<ring.count).map { SIMD2(numbers[2 * $0], numbers[2 * $0 + 1]) }
        parent = ring.parent < 0 ? nil : Int(ring.parent)
    }
}
