// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import Foundation

// CGFloat, CGPoint and CGRect are Foundation's. CFDictionary and CFString are such that Apple's
// bridging casts check.

public typealias CFDictionary = AnyObject
public typealias CFString = String
public final class CFAllocator {}
public final class CFData {}
public func CFDataCreate(
    _ allocator: CFAllocator!, _ bytes: UnsafePointer<UInt8>!, _ length: Int
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

// Foundation as Apple has it and Linux has not.

extension CGAffineTransform {
    public init(a: CGFloat, b: CGFloat, c: CGFloat, d: CGFloat, tx: CGFloat, ty: CGFloat) {}
}

public typealias CFMutableData = NSMutableData

extension String {
    public struct LocalizationValue: ExpressibleByStringInterpolation, Sendable {
        public struct StringInterpolation: StringInterpolationProtocol {
            public init(literalCapacity: Int, interpolationCount: Int) {}
            public mutating func appendLiteral(_ literal: String) {}
            public mutating func appendInterpolation(_ string: String) {}
            public mutating func appendInterpolation<T: BinaryInteger>(_ value: T) {}
        }
        public init(_ value: String) {}
        public init(stringLiteral value: String) {}
        public init(stringInterpolation: StringInterpolation) {}
    }
    public init(
        localized keyAndValue: LocalizationValue, table: String? = nil, bundle: Bundle? = nil,
        locale: Locale = .current, comment: StaticString? = nil
    ) { fatalError() }
}

extension URL {
    public static var documentsDirectory: URL { fatalError() }
}

extension ProcessInfo {
    public enum ThermalState: Int, Sendable { case nominal, fair, serious, critical }
    public var thermalState: ThermalState { .nominal }
}

extension Measurement where UnitType: Dimension {
    public struct FormatStyle: Foundation.FormatStyle, Sendable {
        public struct UnitWidth: Codable, Hashable, Sendable {
            public static var wide: UnitWidth { fatalError() }
            public static var abbreviated: UnitWidth { fatalError() }
            public static var narrow: UnitWidth { fatalError() }
        }
        public func format(_ measurement: Measurement<UnitType>) -> String { "" }
    }
    public func formatted<S>(_ style: S) -> S.FormatOutput
    where S: Foundation.FormatStyle, S.FormatInput == Measurement<UnitType> { style.format(self) }
}
extension FormatStyle {
    public static func measurement<UnitType>(
        width: Measurement<UnitType>.FormatStyle.UnitWidth,
        usage: MeasurementFormatUnitUsage<UnitType> = .general,
        numberFormatStyle: FloatingPointFormatStyle<Double>? = nil
    ) -> Self where Self == Measurement<UnitType>.FormatStyle, UnitType: Dimension { fatalError() }
}
public struct MeasurementFormatUnitUsage<UnitType: Dimension>: Sendable {
    public static var general: MeasurementFormatUnitUsage<UnitType> { fatalError() }
    public static var asProvided: MeasurementFormatUnitUsage<UnitType> { fatalError() }
}

public enum CGLineCap: Int32, Sendable { case butt, round, square }
public enum CGLineJoin: Int32, Sendable { case miter, round, bevel }
