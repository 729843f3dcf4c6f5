// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import Foundation

public protocol ObservableObject: AnyObject {}

@propertyWrapper public struct Published<Value> {
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public init(initialValue: Value) { wrappedValue = initialValue }
    public var wrappedValue: Value
}
