import Foundation
import SqueezeSAM

/// A mask as the canvas draws it.
public struct Outline: Equatable, Sendable {
    /// Closed polygons in edge coordinates of the photo; holes among them, for the even-odd rule.
    public let rings: [[CGPoint]]

    public init(rings: [[CGPoint]]) {
        self.rings = rings
    }

    /// - Parameter mask: simplified so far that nobody sees it on a screen.
    init(_ mask: Mask) throws {
        let longer = Double(max(mask.size.width, mask.size.height))
        rings = try mask.contour(tolerance: max(0.5, longer / 2048)).rings.map { ring in
            ring.points.map { CGPoint(x: Double($0.x), y: Double($0.y)) }
        }
    }
}

/// A mask and what the screens show of it. Made off the main thread.
public struct MaskResult: Sendable {
    public let mask: Mask
    public let outline: Outline
    /// 0…1 of the photo.
    public let share: Double

    init(_ mask: Mask) throws {
        self.mask = mask
        outline = try Outline(mask)
        share = Double(mask.area) / Double(mask.size.width * mask.size.height)
    }

    public var isAutomatic: Bool { mask.prompts.contains(where: \.isAutomatic) }
    public var isEmpty: Bool { mask.area == 0 }
}
