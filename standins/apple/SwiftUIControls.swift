// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import Combine
@_exported import CoreGraphics
@_exported import CoreTransferable
@_exported import UIKit

public struct HorizontalAlignment: Equatable, Sendable {
    public static var leading: HorizontalAlignment { fatalError() }
    public static var center: HorizontalAlignment { fatalError() }
    public static var trailing: HorizontalAlignment { fatalError() }
}
public struct VerticalAlignment: Equatable, Sendable {
    public static var top: VerticalAlignment { fatalError() }
    public static var center: VerticalAlignment { fatalError() }
    public static var bottom: VerticalAlignment { fatalError() }
}
public struct Alignment: Equatable, Sendable {
    public static var center: Alignment { fatalError() }
    public static var top: Alignment { fatalError() }
    public static var topLeading: Alignment { fatalError() }
}

public struct HStack<Content: View>: _Primitive {
    public nonisolated init(
        alignment: VerticalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> Content
    ) {}
}
public struct VStack<Content: View>: _Primitive {
    public nonisolated init(
        alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> Content
    ) {}
}
public struct ZStack<Content: View>: _Primitive {
    public nonisolated init(
        alignment: Alignment = .center, @ViewBuilder content: () -> Content
    ) {}
}
public struct Group<Content: View>: _Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
public struct ScrollView<Content: View>: _Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
public struct List<Content: View>: _Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
public struct Form<Content: View>: _Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
public struct NavigationStack<Root: View>: _Primitive {
    public nonisolated init(@ViewBuilder root: () -> Root) {}
}
public struct GeometryProxy { public var size: CGSize { .zero } }
public struct GeometryReader<Content: View>: _Primitive {
    public nonisolated init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) {}
}
public struct Divider: _Primitive { public nonisolated init() {} }
public struct Spacer: _Primitive { public nonisolated init(minLength: CGFloat? = nil) {} }

public struct Section<Parent: View, Content: View, Footer: View>: _Primitive {}
extension Section {
    public nonisolated init(
        @ViewBuilder content: () -> Content, @ViewBuilder header: () -> Parent,
        @ViewBuilder footer: () -> Footer
    ) {}
}
extension Section where Parent == EmptyView {
    public nonisolated init(
        @ViewBuilder content: () -> Content, @ViewBuilder footer: () -> Footer
    ) {}
}
extension Section where Parent == EmptyView, Footer == EmptyView {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
extension Section where Parent == Text, Footer == EmptyView {
    public nonisolated init(_ titleKey: LocalizedStringKey, @ViewBuilder content: () -> Content) {}
}

public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: _Primitive {
    public nonisolated init(
        _ data: Data, id: KeyPath<Data.Element, ID>,
        @ViewBuilder content: @escaping (Data.Element) -> Content
    ) {}
}
extension ForEach where Data.Element: Identifiable, ID == Data.Element.ID {
    public nonisolated init(
        _ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content
    ) {}
}

public protocol TimelineSchedule {}
public struct AnimationTimelineSchedule: TimelineSchedule, Sendable {}
extension TimelineSchedule where Self == AnimationTimelineSchedule {
    public static func animation(
        minimumInterval: Double? = nil, paused: Bool = false
    ) -> AnimationTimelineSchedule { fatalError() }
}
public struct EveryMinuteTimelineSchedule: TimelineSchedule {}
public typealias TimelineViewDefaultContext = TimelineView<EveryMinuteTimelineSchedule, Never>.Context
public struct TimelineView<Schedule: TimelineSchedule, Content: View>: _Primitive {
    public nonisolated init(
        _ schedule: Schedule,
        @ViewBuilder content: @escaping (TimelineViewDefaultContext) -> Content
    ) {}
    public struct Context { public let date: Date }
}

public struct Text: _Primitive, Equatable {
    public nonisolated init(_ key: LocalizedStringKey) {}
    @_disfavoredOverload public nonisolated init<S: StringProtocol>(_ content: S) {}
    public nonisolated init(verbatim content: String) {}
}
public struct Image: _Primitive, Equatable {
    public enum Interpolation: Sendable { case none, low, medium, high }
    public nonisolated init(systemName: String) {}
    public nonisolated init(uiImage: UIImage) {}
    public nonisolated func resizable() -> Image { self }
    public nonisolated func interpolation(_ interpolation: Interpolation) -> Image { self }
}
public struct Label<Title: View, Icon: View>: _Primitive {}
extension Label where Title == Text, Icon == Image {
    public nonisolated init(_ titleKey: LocalizedStringKey, systemImage name: String) {}
}

public struct ButtonRole: Equatable, Sendable {
    public static let destructive = ButtonRole()
}
public struct Button<Label: View>: _Primitive {
    public nonisolated init(
        action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label
    ) {}
    public nonisolated init(
        role: ButtonRole?, action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label
    ) {}
}
extension Button where Label == Text {
    public nonisolated init(_ titleKey: LocalizedStringKey, action: @escaping @MainActor () -> Void) {}
}
public struct Menu<Label: View, Content: View>: _Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content, @ViewBuilder label: () -> Label) {}
}
public struct Picker<Label: View, SelectionValue: Hashable, Content: View>: _Primitive {}
extension Picker where Label == Text {
    public nonisolated init(
        _ titleKey: LocalizedStringKey, selection: Binding<SelectionValue>,
        @ViewBuilder content: () -> Content
    ) {}
}
public struct Toggle<Label: View>: _Primitive {}
extension Toggle where Label == Text {
    public nonisolated init(_ titleKey: LocalizedStringKey, isOn: Binding<Bool>) {}
}
public struct Stepper<Label: View>: _Primitive {
    public nonisolated init<V: Strideable>(
        value: Binding<V>, in bounds: ClosedRange<V>, step: V.Stride = 1,
        @ViewBuilder label: () -> Label
    ) {}
}
public struct ProgressView<Label: View>: _Primitive {}
extension ProgressView where Label == EmptyView {
    public nonisolated init() {}
}
extension ProgressView {
    public nonisolated init<V: BinaryFloatingPoint>(
        value: V?, total: V = 1.0, @ViewBuilder label: () -> Label
    ) {}
}
public struct LabeledContent<Label: View, Content: View>: _Primitive {}
extension LabeledContent where Label == Text {
    public nonisolated init(_ titleKey: LocalizedStringKey, @ViewBuilder content: () -> Content) {}
}
extension LabeledContent where Label == Text, Content == Text {
    public nonisolated init<S: StringProtocol>(_ titleKey: LocalizedStringKey, value: S) {}
}

public struct SharePreview<ImageItem, Icon> {}
extension SharePreview where ImageItem == Never, Icon == Never {
    public init(_ titleKey: LocalizedStringKey) {}
}
public struct ShareLink<
    Data: RandomAccessCollection, PreviewImage, PreviewIcon, Label: View
>: _Primitive {
    public nonisolated init<I: Transferable>(
        item: I, preview: SharePreview<PreviewImage, PreviewIcon>, @ViewBuilder label: () -> Label
    ) where Data == CollectionOfOne<I> {}
}
extension ShareLink
where Data == CollectionOfOne<URL>, PreviewImage == Never, PreviewIcon == Never {
    public nonisolated init(item: URL, @ViewBuilder label: () -> Label) {}
}

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
    public var body: Never { fatalError() }
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
    public var body: Never { fatalError() }
}
public struct ToolbarItemGroup<Content: View>: ToolbarContent {
    public nonisolated init(
        placement: ToolbarItemPlacement = .automatic, @ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
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
