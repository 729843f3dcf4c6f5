// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
public struct Text: Primitive, Equatable {
    public nonisolated init(_ key: LocalizedStringKey) {}
    @_disfavoredOverload public nonisolated init<S: StringProtocol>(_ content: S) {}
    public nonisolated init(verbatim content: String) {}
}
public struct Image: Primitive, Equatable {
    public enum Interpolation: Sendable { case none, low, medium, high }
    public nonisolated init(systemName: String) {}
    public nonisolated init(uiImage: UIImage) {}
    public nonisolated func resizable() -> Image { self }
    public nonisolated func interpolation(_ interpolation: Interpolation) -> Image { self }
}
public struct Label<Title: View, Icon: View>: Primitive {}
extension Label where Title == Text, Icon == Image {
    public nonisolated init(_ titleKey: LocalizedStringKey, systemImage name: String) {}
}

public struct ButtonRole: Equatable, Sendable {
    public static let destructive = ButtonRole()
}
public struct Button<Label: View>: Primitive {
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
public struct Menu<Label: View, Content: View>: Primitive {
    public nonisolated init(@ViewBuilder content: () -> Content, @ViewBuilder label: () -> Label) {}
}
public struct Picker<Label: View, SelectionValue: Hashable, Content: View>: Primitive {}
extension Picker where Label == Text {
    public nonisolated init(
        _ titleKey: LocalizedStringKey, selection: Binding<SelectionValue>,
        @ViewBuilder content: () -> Content
    ) {}
}
public struct Toggle<Label: View>: Primitive {}
extension Toggle where Label == Text {
    public nonisolated init(_ titleKey: LocalizedStringKey, isOn: Binding<Bool>) {}
}
public struct Stepper<Label: View>: Primitive {
    public nonisolated init<V: Strideable>(
        value: Binding<V>, in bounds: ClosedRange<V>, step: V.Stride = 1,
        @ViewBuilder label: () -> Label
    ) {}
}
public struct ProgressView<Label: View>: Primitive {}
extension ProgressView where Label == EmptyView {
    public nonisolated init() {}
}
extension ProgressView {
    public nonisolated init<V: BinaryFloatingPoint>(
        value: V?, total: V = 1.0, @ViewBuilder label: () -> Label
    ) {}
}
public struct LabeledContent<Label: View, Content: View>: Primitive {}
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
public struct ShareLink<Label: View>: Primitive {
    public nonisolated init<I: Transferable>(
        item: I, preview: SharePreview<Never, Never>, @ViewBuilder label: () -> Label
    ) {}
    public nonisolated init(item: URL, @ViewBuilder label: () -> Label) {}
}
