// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import Foundation

public enum MLComputeUnits: Int, Sendable { case cpuOnly, cpuAndGPU, all, cpuAndNeuralEngine }

public class MLModelConfiguration {
    public init() {}
    public var computeUnits: MLComputeUnits = .all
}

public enum MLMultiArrayDataType: Int, Sendable { case double, float32, float16, int32 }

public class MLMultiArray {
    public init(
        dataPointer: UnsafeMutableRawPointer, shape: [NSNumber], dataType: MLMultiArrayDataType,
        strides: [NSNumber], deallocator: ((UnsafeMutableRawPointer) -> Void)? = nil
    ) throws {}
    public convenience init(
        concatenating multiArrays: [MLMultiArray], axis: Int, dataType: MLMultiArrayDataType
    ) { fatalError() }
    public var count: Int { 0 }
    public func withUnsafeBufferPointer<S, R>(
        ofType type: S.Type, _ body: (UnsafeBufferPointer<S>) throws -> R
    ) rethrows -> R { fatalError() }
}

public class MLFeatureValue {
    public init(multiArray value: MLMultiArray) {}
    public var multiArrayValue: MLMultiArray? { nil }
}

public protocol MLFeatureProvider {
    func featureValue(for featureName: String) -> MLFeatureValue?
}

public class MLDictionaryFeatureProvider: MLFeatureProvider {
    public init(dictionary: [String: Any]) throws {}
    public func featureValue(for featureName: String) -> MLFeatureValue? { nil }
}

public class MLMultiArrayConstraint {
    public var shape: [NSNumber] { [] }
}
public class MLFeatureDescription {
    public var multiArrayConstraint: MLMultiArrayConstraint? { nil }
}
public class MLModelDescription {
    public var inputDescriptionsByName: [String: MLFeatureDescription] { [:] }
    public var outputDescriptionsByName: [String: MLFeatureDescription] { [:] }
}

public class MLModel {
    public class func compileModel(at modelURL: URL) async throws -> URL { fatalError() }
    public class func load(
        contentsOf url: URL, configuration: MLModelConfiguration = MLModelConfiguration()
    ) async throws -> MLModel { fatalError() }
    public var modelDescription: MLModelDescription { fatalError() }
    public func prediction(from input: any MLFeatureProvider) throws -> any MLFeatureProvider {
        fatalError()
    }
}
