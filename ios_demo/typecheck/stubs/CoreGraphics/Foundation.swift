// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
import Foundation

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
    public struct FormatStyle: Sendable {
        public enum UnitWidth: Sendable { case wide, abbreviated, narrow }
        public static func measurement(
            width: UnitWidth, usage: MeasurementFormatUnitUsage<UnitType> = .general,
            numberFormatStyle: FloatingPointFormatStyle<Double>? = nil
        ) -> FormatStyle { fatalError() }
    }
    public func formatted(_ style: FormatStyle) -> String { "" }
}
public struct MeasurementFormatUnitUsage<UnitType: Dimension>: Sendable {
    public static var general: Self { fatalError() }
    public static var asProvided: Self { fatalError() }
}
