import EditorModel
import FakeModel
import Foundation
import SqueezeSAM
import XCTest

/// An editor over the real core and a fake engine, with a view of two points for a pixel.
@MainActor
func editor(
    _ engine: BlobEngine = BlobEngine(), photo: Photo = .test(),
    capabilities: ModelBundle.Capabilities = [.negativePoints, .box, .automatic]
) async throws -> Editor {
    let segmenter = try FakeBundle.segmenter(engine, capabilities: capabilities)
    let editor = Editor { segmenter }
    editor.resize(to: CGSize(width: 256, height: 192))
    editor.open { photo }
    await editor.settle()
    return editor
}

extension Editor {
    /// Whether the pixel belongs to the mask that is shown.
    func isInside(_ x: Int, _ y: Int) throws -> Bool {
        try XCTUnwrap(state.result, "there is no mask").mask.bitmap()[x, y]
    }
}

/// Holds the networks back until they are let go.
final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = true
    private var waiting = 0

    func close() { change { isOpen = false } }
    func open() { change { isOpen = true } }

    func pass() {
        condition.lock()
        waiting += 1
        condition.broadcast()
        while !isOpen { condition.wait() }
        waiting -= 1
        condition.unlock()
    }

    /// Returns once a network waits at the closed gate.
    func waitForSomebody() async {
        while !hasSomebody() { try? await Task.sleep(nanoseconds: 1_000_000) }
    }

    private func hasSomebody() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        return waiting > 0
    }

    private func change(_ body: () -> Void) {
        condition.lock()
        body()
        condition.broadcast()
        condition.unlock()
    }
}
