/// One of the core's handles, freed with its last owner.
///
/// Bundles, segmenters, masks and contours are immutable and may be shared between threads
/// (ssam.h, Threads); `Session` keeps its own to one thread at a time.
final class OpaqueHandle: @unchecked Sendable {
    let pointer: OpaquePointer?
    private let free: (OpaquePointer?) -> Void

    init(_ pointer: OpaquePointer?, free: @escaping (OpaquePointer?) -> Void) {
        self.pointer = pointer
        self.free = free
    }

    deinit {
        free(pointer)
    }
}
