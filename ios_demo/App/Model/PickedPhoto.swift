import CoreTransferable
import SqueezeSAM
import UIKit
import UniformTypeIdentifiers

/// A photo on its way into the editor: from the picker, the camera, a drop, or drawn.
struct PickedPhoto: Transferable, Sendable {
    /// Decodes it for the networks; off the main thread.
    let photo: @Sendable () async throws -> Photo
    /// Decodes it for the screen.
    let preview: @Sendable () async -> UIImage?

    /// Longest side on the screen in pixels: enough to zoom in on, and not a whole 48 megapixels.
    private static let previewSide: CGFloat = 3072

    static var transferRepresentation: some TransferRepresentation {
        DataRepresentation(importedContentType: .image) { PickedPhoto(file: $0) }
    }

    init(
        photo: @escaping @Sendable () async throws -> Photo,
        preview: @escaping @Sendable () async -> UIImage?
    ) {
        self.photo = photo
        self.preview = preview
    }

    /// - Parameter file: HEIC, JPEG, PNG, …
    init(file: Data) {
        self.init {
            try Photo(encoded: file)
        } preview: {
            await Self.reduced(UIImage(data: file))
        }
    }

    init(image: UIImage) {
        self.init {
            try Photo(image)
        } preview: {
            await Self.reduced(image)
        }
    }

    private static func reduced(_ image: UIImage?) async -> UIImage? {
        guard let image else { return nil }
        let (width, height) = (image.size.width * image.scale, image.size.height * image.scale)
        let factor = min(1, previewSide / max(width, height, 1))
        let size = CGSize(width: width * factor, height: height * factor)
        return await image.byPreparingThumbnail(ofSize: size)
    }
}
