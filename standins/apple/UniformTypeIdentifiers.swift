// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import Foundation

public struct UTType: Hashable, Sendable {
    public static var image: UTType { fatalError() }
    public static var png: UTType { fatalError() }
    public var identifier: String { "" }
}
