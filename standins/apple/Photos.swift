// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import Foundation

public enum PHAccessLevel: Int, Sendable { case addOnly = 1, readWrite = 2 }
public enum PHAuthorizationStatus: Int, Sendable {
    case notDetermined, restricted, denied, authorized, limited
}
public enum PHAssetResourceType: Int, Sendable { case photo = 1 }

open class PHPhotoLibrary: NSObject {
    public class func shared() -> PHPhotoLibrary { fatalError() }
    public class func requestAuthorization(
        for accessLevel: PHAccessLevel
    ) async -> PHAuthorizationStatus { .denied }
    public func performChanges(_ changeBlock: @escaping @Sendable () -> Void) async throws {}
}

open class PHAssetResourceCreationOptions: NSObject {}
open class PHAssetCreationRequest: NSObject {
    public class func forAsset() -> Self { fatalError() }
    public func addResource(
        with type: PHAssetResourceType, data: Data, options: PHAssetResourceCreationOptions?
    ) {}
}
