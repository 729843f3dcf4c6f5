// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import CoreGraphics

public struct Path: Sendable {
    public init(_ path: CGPath) {}
}
