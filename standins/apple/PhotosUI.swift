// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import Photos
import CoreTransferable
import SwiftUI

public struct PHPickerFilter: Equatable, Hashable, Sendable {
    public static var images: PHPickerFilter { fatalError() }
}

public struct PhotosPickerItem: Equatable, Hashable, Sendable {
    public func loadTransferable<T: Transferable>(type: T.Type) async throws -> T? { nil }
}

public struct PhotosPicker<Label: View>: View {
    public init(
        selection: Binding<PhotosPickerItem?>, matching filter: PHPickerFilter? = nil,
        @ViewBuilder label: () -> Label
    ) {}
    public var body: Never { fatalError() }
}
