// Declarations for type-checking on Linux; nothing here is ever linked. Those of ExecuTorch 1.x.
// swift-format-ignore-file
@_exported import Foundation

public protocol Scalar {}
extension Float: Scalar {}
public enum ShapeDynamism: Int { case dynamicBound, `static`, dynamicUnbound }
public enum ModuleLoadMode: Int { case file, mmap, mmapUseMlock, mmapUseMlockIgnoreErrors }

public protocol ValueConvertible {
    func asValue() -> Value
}

public class Value: ValueConvertible {
    public func asValue() -> Value { self }
    public func tensor<T: Scalar>() -> Tensor<T>? { nil }
}

public final class Tensor<T: Scalar>: ValueConvertible {
    public init(
        bytesNoCopy pointer: UnsafeMutableRawPointer, shape: [Int], strides: [Int] = [],
        dimensionOrder: [Int] = [], shapeDynamism: ShapeDynamism = .dynamicBound
    ) {}
    public var count: Int { 0 }
    public func withUnsafeBytes<R>(_ body: (UnsafeBufferPointer<T>) throws -> R) rethrows -> R {
        fatalError()
    }
    public func asValue() -> Value { fatalError() }
}

public class Module {
    public init(filePath: String, loadMode: ModuleLoadMode) {}
    public func load(_ method: String) throws {}
    public func forward(_ inputs: [any ValueConvertible]) throws -> [Value] { [] }
}
