import Photos

/// Adds pictures to the photo library; asks to add only, never to read.
enum PhotoLibrary {
    struct NotAllowed: Error {}

    static func add(png: Data) async throws {
        let status = await PHPhotoLibrary.requestAuthorization(for: .addOnly)
        guard status == .authorized || status == .limited else { throw NotAllowed() }
        try await PHPhotoLibrary.shared().performChanges {
            PHAssetCreationRequest.forAsset().addResource(with: .photo, data: png, options: nil)
        }
    }
}
