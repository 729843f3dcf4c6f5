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
public struct LabeledContent<Label: View, Content: View>: _Primitive {
    public nonisolated init(
        @ViewBuilder content: () -> Content, @ViewBuilder label: () -> Label
    ) {}
}
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
