import CoreTransferable
import EditorModel
import UniformTypeIdentifiers

/// The cut-out as a PNG file with alpha, made when somebody takes it.
struct CutoutItem: Transferable, Sendable {
    let source: CutoutSource

    static var transferRepresentation: some TransferRepresentation {
        DataRepresentation(exportedContentType: .png) { (item: CutoutItem) in
            try await item.png()
        }
        .suggestedFileName("cutout.png")
    }

    func png() async throws -> Data {
        try await Task.detached(priority: .userInitiated) { [source] in
            try pngFile(of: source.cutout())
        }.value
    }
}
