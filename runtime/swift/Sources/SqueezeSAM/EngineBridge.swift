import CSqueezeSAM
import Foundation

/// An engine as the core takes it. The core's copy owns one reference to the engine, which
/// `release` gives back.
func coreEngine(_ engine: any Engine) -> ssam_engine {
    let box = Unmanaged.passRetained(EngineBox(engine))
    var bridged = ssam_engine()
    bridged.user = box.toOpaque()
    bridged.run = runEngine
    bridged.release = releaseEngine
    bridged.flags = engine.isConcurrent ? UInt32(SSAM_ENGINE_CONCURRENT) : 0
    return bridged
}

/// Gives the reference back that the core did not take.
func discard(_ engine: ssam_engine) {
    releaseEngine(engine.user)
}

private final class EngineBox {
    let engine: any Engine

    init(_ engine: any Engine) {
        self.engine = engine
    }
}

private func releaseEngine(_ user: UnsafeMutableRawPointer?) {
    guard let user else { return }
    Unmanaged<EngineBox>.fromOpaque(user).release()
}

private func runEngine(
    user: UnsafeMutableRawPointer?, program: Int32, name: UnsafePointer<CChar>?,
    inputs: UnsafePointer<ssam_tensor>?, inputCount: Int32,
    outputs: UnsafeMutablePointer<ssam_tensor>?, outputCount: Int32,
    message: UnsafeMutablePointer<CChar>?, messageSize: Int
) -> ssam_status {
    guard let user, let name, let inputs, let outputs else {
        return ssam_status(SSAM_ERROR_INTERNAL)
    }
    let engine = Unmanaged<EngineBox>.fromOpaque(user).takeUnretainedValue().engine
    do {
        try engine.run(
            String(cString: name),
            inputs: UnsafeBufferPointer(start: inputs, count: Int(inputCount))
                .map(InputTensor.init),
            outputs: UnsafeBufferPointer(start: outputs, count: Int(outputCount))
                .map(OutputTensor.init))
        return ssam_status(SSAM_OK)
    } catch {
        let failure = described(error)
        write(failure.message, to: message, capacity: messageSize)
        return failure.code.rawValue
    }
}

private func described(_ error: any Error) -> SegmentationError {
    switch error {
    case let error as SegmentationError: return error
    case is CancellationError: return .superseded
    default: return SegmentationError(.engine, error.localizedDescription)
    }
}

/// The beginning of `text` that fits, whole characters, with its NUL.
private func write(_ text: String, to buffer: UnsafeMutablePointer<CChar>?, capacity: Int) {
    guard let buffer, capacity > 0 else { return }
    var bytes = Array(text.utf8.prefix(capacity - 1))
    if bytes.count < text.utf8.count {
        while let last = bytes.last, last & 0xC0 == 0x80 {
            bytes.removeLast()
        }
        if let last = bytes.last, last & 0xC0 == 0xC0 {
            bytes.removeLast()
        }
    }
    for (index, byte) in bytes.enumerated() {
        buffer[index] = CChar(bitPattern: byte)
    }
    buffer[bytes.count] = 0
}

private func shape(of tensor: ssam_tensor) -> [Int] {
    UnsafeBufferPointer(start: tensor.shape, count: Int(tensor.rank)).map(Int.init)
}

extension InputTensor {
    fileprivate init(_ tensor: ssam_tensor) {
        name = String(cString: tensor.name)
        shape = SqueezeSAM.shape(of: tensor)
        values = UnsafeBufferPointer(start: tensor.data, count: Int(tensor.count))
    }
}

extension OutputTensor {
    fileprivate init(_ tensor: ssam_tensor) {
        name = String(cString: tensor.name)
        shape = SqueezeSAM.shape(of: tensor)
        values = UnsafeMutableBufferPointer(start: tensor.data, count: Int(tensor.count))
    }
}
