// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
public protocol ShapeStyle: Sendable {}
public struct Color: Primitive, ShapeStyle, Hashable {
    public nonisolated init(_ name: String, bundle: Bundle? = nil) {}
    public static var accentColor: Color { fatalError() }
    public static var black: Color { fatalError() }
    public static var gray: Color { fatalError() }
    public static var green: Color { fatalError() }
    public static var orange: Color { fatalError() }
    public static var red: Color { fatalError() }
    public static var secondary: Color { fatalError() }
    public static var white: Color { fatalError() }
    public static var yellow: Color { fatalError() }
    public nonisolated func opacity(_ opacity: Double) -> Color { self }
}
public struct Material: ShapeStyle {
    public static var bar: Material { fatalError() }
}
extension ShapeStyle where Self == Material {
    public static var regularMaterial: Material { fatalError() }
    public static var bar: Material { fatalError() }
}
public struct FillStyle: Equatable, Sendable {
    public init(eoFill: Bool = false, antialiased: Bool = true) {}
}
public struct StrokeStyle: Equatable, Sendable {
    public init(
        lineWidth: CGFloat = 1, lineCap: CGLineCap = .butt, lineJoin: CGLineJoin = .miter,
        miterLimit: CGFloat = 10, dash: [CGFloat] = [], dashPhase: CGFloat = 0
    ) {}
}
public enum CGLineCap: Int32, Sendable { case butt, round, square }
public enum CGLineJoin: Int32, Sendable { case miter, round, bevel }

public protocol Shape: Sendable, Primitive {
    nonisolated func path(in rect: CGRect) -> Path
}
extension Shape {
    public nonisolated func fill<S: ShapeStyle>(
        _ content: S, style: FillStyle = FillStyle()
    ) -> some View { self }
    public nonisolated func stroke<S: ShapeStyle>(
        _ content: S, style: StrokeStyle
    ) -> some View { self }
    public nonisolated func stroke<S: ShapeStyle>(
        _ content: S, lineWidth: CGFloat = 1
    ) -> some View { self }
}
public struct Circle: Shape {
    public nonisolated init() {}
    public nonisolated func path(in rect: CGRect) -> Path { fatalError() }
}
public struct Capsule: Shape {
    public nonisolated init() {}
    public nonisolated func path(in rect: CGRect) -> Path { fatalError() }
}
public struct RoundedRectangle: Shape {
    public nonisolated init(cornerRadius: CGFloat) {}
    public nonisolated func path(in rect: CGRect) -> Path { fatalError() }
}
extension Path: Shape {
    public nonisolated init(_ callback: (inout Path) -> Void) { fatalError() }
    public nonisolated init(_ rect: CGRect) { fatalError() }
    public nonisolated mutating func addLines(_ lines: [CGPoint]) {}
    public nonisolated mutating func closeSubpath() {}
    public nonisolated mutating func addPath(
        _ path: Path, transform: CGAffineTransform = .identity
    ) {}
    public nonisolated func applying(_ transform: CGAffineTransform) -> Path { self }
    public nonisolated func path(in rect: CGRect) -> Path { self }
}
public struct Font: Hashable, Sendable {
    public enum Weight: Sendable { case regular, bold }
    public enum Design: Sendable { case `default`, monospaced }
    public static var headline: Font { fatalError() }
    public static var footnote: Font { fatalError() }
    public static func system(
        size: CGFloat, weight: Weight? = nil, design: Design? = nil
    ) -> Font { fatalError() }
}
