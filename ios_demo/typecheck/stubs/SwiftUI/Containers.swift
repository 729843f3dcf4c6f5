// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
public enum HorizontalAlignment: Sendable { case leading, center, trailing }
public enum VerticalAlignment: Sendable { case top, center, bottom }
public struct Alignment: Equatable, Sendable {
    public static var center: Alignment { fatalError() }
    public static var top: Alignment { fatalError() }
    public static var topLeading: Alignment { fatalError() }
}

public struct HStack<Content: View>: Primitive {
    public nonisolated init(
        alignment: VerticalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> Content
    ) {}
}
public struct VStack<Content: View>: Primitive {
    public nonisolated init(
        alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> Content
    ) {}
}
public struct ZStack<Content: View>: Primitive {
    public nonisolated init(
        alignment: Alignment = .center, @ViewBuilder content: () -> Content
    ) {}
}
public struct Group<Content: View>: Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
public struct ScrollView<Content: View>: Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
public struct List<Content: View>: Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
public struct Form<Content: View>: Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}
public struct NavigationStack<Root: View>: Primitive {
    public nonisolated init(@ViewBuilder root: () -> Root) {}
}
public struct GeometryProxy { public var size: CGSize { .zero } }
public struct GeometryReader<Content: View>: Primitive {
    public nonisolated init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) {}
}
public struct Divider: Primitive { public nonisolated init() {} }
public struct Spacer: Primitive { public nonisolated init(minLength: CGFloat? = nil) {} }

public struct Section<Parent: View, Content: View, Footer: View>: Primitive {}
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

public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: Primitive {
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
public struct TimelineViewDefaultContext { public var date: Date { fatalError() } }
public struct TimelineView<Schedule: TimelineSchedule, Content: View>: Primitive {
    public nonisolated init(
        _ schedule: Schedule,
        @ViewBuilder content: @escaping (TimelineViewDefaultContext) -> Content
    ) {}
}
