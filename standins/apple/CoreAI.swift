// Declarations for type-checking on Linux; nothing here is ever linked. Those of Core AI, iOS 27.
// swift-format-ignore-file
@_exported import Foundation

// The standard library's since Swift 6.2, which this machine's compiler is older than.
public struct Span<Element> {}

public enum ComputeUnitKind: Hashable, Sendable { case cpu, gpu, neuralEngine }

public struct SpecializationOptions: Sendable {
    public static let `default` = SpecializationOptions(preferredComputeUnitKind: .cpu)
    public static let cpuOnly = SpecializationOptions(preferredComputeUnitKind: .cpu)
    public init(preferredComputeUnitKind: ComputeUnitKind) {}
}

public final class AIModelCache: Sendable {
    public static let `default` = AIModelCache()
    init() {}
    public func model(for modelURL: URL, options: SpecializationOptions) throws -> AIModel? { nil }
    public func deleteEntries(for modelURL: URL) throws {}
}

public struct AIModel: Sendable {
    public init(contentsOf modelURL: URL, options: SpecializationOptions = .default) async throws {}
    public func loadFunction(named functionName: String) throws -> InferenceFunction? { nil }
}

public struct NDArrayDescriptor: Sendable {
    public var shape: [Int] { [] }
    public var scalarType: NDArray.ScalarType { .float32 }
}

public struct NDArray {
    public enum ScalarType: Hashable, Sendable { case float32, float16 }
    public struct View<Element: BitwiseCopyable> {
        public func withUnsafePointer<R>(
            _ body: (UnsafePointer<Element>, Span<Int>, Span<Int>) throws -> R
        ) rethrows -> R { fatalError() }
    }
    public struct MutableView<Element: BitwiseCopyable> {
        public func withUnsafeMutablePointer<R>(
            _ body: (UnsafeMutablePointer<Element>, Span<Int>, Span<Int>) throws -> R
        ) rethrows -> R { fatalError() }
    }
    public init(descriptor: NDArrayDescriptor) {}
    public var shape: [Int] { [] }
    public var strides: [Int] { [] }
    public var scalarType: ScalarType { .float32 }
    public func view<T: BitwiseCopyable>(as type: T.Type = T.self) -> View<T> { fatalError() }
    public mutating func mutableView<T: BitwiseCopyable>(as type: T.Type = T.self) -> MutableView<T> { fatalError() }
}

public struct InferenceValue {
    public enum Descriptor: Sendable { case ndArray(NDArrayDescriptor) }
    public var ndArray: NDArray? { nil }
}

public struct InferenceFunctionDescriptor: Sendable {
    public func inputDescriptor(of inputName: String) -> InferenceValue.Descriptor? { nil }
    public func outputDescriptor(of outputName: String) -> InferenceValue.Descriptor? { nil }
}

public struct InferenceFunction: Sendable {
    public struct Outputs {
        public mutating func remove(_ name: String) -> InferenceValue? { nil }
    }
    public let descriptor: InferenceFunctionDescriptor
    public func run(inputs: [String: NDArray]) async throws -> Outputs { fatalError() }
}
