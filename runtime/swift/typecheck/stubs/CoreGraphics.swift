// Declarations for type-checking on Linux; nothing here is ever linked. CGFloat, CGPoint and CGRect
// swift-format-ignore-file
// are Foundation's. CFDictionary and CFString are such that Apple's bridging casts check.
@_exported import Foundation

public typealias CFDictionary = AnyObject
public typealias CFString = String
public final class CFAllocator {}
public final class CFData {}
public func CFDataCreate(
    _ allocator: CFAllocator?, _ bytes: UnsafePointer<UInt8>!, _ length: Int
) -> CFData! { fatalError() }

public final class CGColorSpace {
    public static let sRGB: CFString = ""
    public init?(name: CFString) {}
}
public func CGColorSpaceCreateDeviceGray() -> CGColorSpace { fatalError() }

public enum CGImageAlphaInfo: UInt32 {
    case none, premultipliedLast, premultipliedFirst, last, first, noneSkipLast, noneSkipFirst
    case alphaOnly
}
public struct CGBitmapInfo: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}
public enum CGColorRenderingIntent: Int32 { case defaultIntent }

public final class CGDataProvider {
    public init?(data: CFData) {}
}

public final class CGImage {
    public init?(
        width: Int, height: Int, bitsPerComponent: Int, bitsPerPixel: Int, bytesPerRow: Int,
        space: CGColorSpace, bitmapInfo: CGBitmapInfo, provider: CGDataProvider,
        decode: UnsafePointer<CGFloat>?, shouldInterpolate: Bool, intent: CGColorRenderingIntent
    ) {}
    public var width: Int { 0 }
    public var height: Int { 0 }
}

public final class CGContext {
    public init?(
        data: UnsafeMutableRawPointer?, width: Int, height: Int, bitsPerComponent: Int,
        bytesPerRow: Int, space: CGColorSpace, bitmapInfo: UInt32
    ) {}
    public func setFillColor(red: CGFloat, green: CGFloat, blue: CGFloat, alpha: CGFloat) {}
    public func fill(_ rect: CGRect) {}
    public func draw(_ image: CGImage, in rect: CGRect) {}
}

public struct CGAffineTransform: Sendable {
    public static var identity: CGAffineTransform { CGAffineTransform() }
    public init() {}
    public init(scaleX: CGFloat, y: CGFloat) {}
    public init(translationX: CGFloat, y: CGFloat) {}
}

public class CGPath {}
public final class CGMutablePath: CGPath {
    public override init() {}
    public func addLines(between points: [CGPoint], transform: CGAffineTransform = .identity) {}
    public func closeSubpath() {}
}
