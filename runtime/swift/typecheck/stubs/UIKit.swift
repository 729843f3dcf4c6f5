// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import CoreGraphics

public class UIImage {
    public enum Orientation: Int, Sendable {
        case up, down, left, right, upMirrored, downMirrored, leftMirrored, rightMirrored
    }
    public var cgImage: CGImage? { nil }
    public var imageOrientation: Orientation { .up }
}
