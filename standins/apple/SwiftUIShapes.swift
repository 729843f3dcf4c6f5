// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import Combine
@_exported import CoreGraphics
@_exported import CoreTransferable
@_exported import UIKit

public protocol ShapeStyle: Sendable {}
public struct Color: _Primitive, ShapeStyle, Hashable {
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

public protocol Shape: Sendable, _Primitive {
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
    public struct Weight: Hashable, Sendable {
        public static var regular: Weight { fatalError() }
        public static var bold: Weight { fatalError() }
    }
    public enum Design: Sendable { case `default`, monospaced }
    public static var headline: Font { fatalError() }
    public static var footnote: Font { fatalError() }
    public static func system(
        size: CGFloat, weight: Weight? = nil, design: Design? = nil
    ) -> Font { fatalError() }
}

public struct ToolbarItemPlacement: Sendable {
    public static var automatic: ToolbarItemPlacement { fatalError() }
    public static var navigationBarLeading: ToolbarItemPlacement { fatalError() }
    public static var navigationBarTrailing: ToolbarItemPlacement { fatalError() }
    public static var confirmationAction: ToolbarItemPlacement { fatalError() }
    public static var cancellationAction: ToolbarItemPlacement { fatalError() }
}
@MainActor @preconcurrency public protocol ToolbarContent {
    associatedtype Body: ToolbarContent
    @ToolbarContentBuilder @MainActor @preconcurrency var body: Body { get }
}
extension Never: ToolbarContent {}
public struct _ToolbarTuple<T>: ToolbarContent {
    public var body: Never { return fatalError() }
}
@resultBuilder public struct ToolbarContentBuilder {
    public static func buildBlock<Content: ToolbarContent>(_ content: Content) -> some ToolbarContent {
        content
    }
    public static func buildBlock<C0: ToolbarContent, C1: ToolbarContent>(
        _ c0: C0, _ c1: C1
    ) -> some ToolbarContent { _ToolbarTuple<(C0, C1)>() }
    public static func buildExpression<Content: ToolbarContent>(_ content: Content) -> Content {
        content
    }
}
public struct ToolbarItem<Content: View>: ToolbarContent {
    public nonisolated init(
        placement: ToolbarItemPlacement = .automatic, @ViewBuilder content: () -> Content) {}
    public var body: Never { return fatalError() }
}
public struct ToolbarItemGroup<Content: View>: ToolbarContent {
    public nonisolated init(
        placement: ToolbarItemPlacement = .automatic, @ViewBuilder content: () -> Content) {}
    public var body: Never { return fatalError() }
}

public struct KeyEquivalent: ExpressibleByExtendedGraphemeClusterLiteral, Sendable {
    public init(extendedGraphemeClusterLiteral: Character) {}
}
public struct EventModifiers: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let command = EventModifiers(rawValue: 1)
    public static let shift = EventModifiers(rawValue: 2)
}
public struct NavigationBarItem: Sendable {
    public enum TitleDisplayMode: Sendable { case automatic, inline, large }
}
public enum TextAlignment: Sendable { case leading, center, trailing }
public enum ControlSize: Sendable { case mini, small, regular, large }
public struct Animation: Equatable, Sendable {
    public static let `default` = Animation()
}
public struct AccessibilityChildBehavior: Sendable {
    public static let ignore = AccessibilityChildBehavior()
    public static let contain = AccessibilityChildBehavior()
}

public protocol PrimitiveButtonStyle {}
public struct BorderedButtonStyle: PrimitiveButtonStyle {}
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == BorderedButtonStyle {
    public static var bordered: BorderedButtonStyle { fatalError() }
}
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    public static var borderedProminent: BorderedProminentButtonStyle { fatalError() }
}
public protocol PickerStyle {}
public struct SegmentedPickerStyle: PickerStyle {}
extension PickerStyle where Self == SegmentedPickerStyle {
    public static var segmented: SegmentedPickerStyle { fatalError() }
}
public protocol LabelStyle {}
public struct IconOnlyLabelStyle: LabelStyle {}
extension LabelStyle where Self == IconOnlyLabelStyle {
    public static var iconOnly: IconOnlyLabelStyle { fatalError() }
}
public protocol TextSelectability {}
public struct EnabledTextSelectability: TextSelectability {}
extension TextSelectability where Self == EnabledTextSelectability {
    public static var enabled: EnabledTextSelectability { fatalError() }
}
