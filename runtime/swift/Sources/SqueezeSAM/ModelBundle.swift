import CSqueezeSAM
import Foundation

/// A bundle folder that the core has read and checked: manifest.json and the programs it lists.
public final class ModelBundle: Sendable {
    /// How thoroughly files are compared with the manifest.
    public enum Check: Hashable, Sendable {
        /// Existence, size and sha256 of every file.
        case hashes
        /// Existence and size; for an app that compared the hashes when it was installed.
        case sizesOnly
    }

    /// What the networks were lowered for.
    public enum Target: Int32, Hashable, Sendable, CaseIterable {
        case onnx = 0
        case execuTorch = 1
        case coreML = 2
        case coreAI = 3
    }

    /// What the networks were trained for.
    public struct Capabilities: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Background clicks.
        public static let negativePoints = Capabilities(rawValue: 1)
        public static let box = Capabilities(rawValue: 2)
        /// A first mask without a prompt: a program gives a heat map.
        public static let automatic = Capabilities(rawValue: 4)
        /// A prediction builds on the last mask; the core sees to it.
        public static let previousMask = Capabilities(rawValue: 8)
    }

    /// One float32 input or output.
    public struct TensorInfo: Hashable, Sendable {
        public let name: String
        public let shape: [Int]
        /// What fills an input: "photo", "planes", "points", ...; empty for an output.
        public let source: String
        /// What an output is: "heat", "masks", "scores", "embedding"; empty for an input.
        public let role: String
    }

    /// When a program runs.
    public enum Runs: Int32, Hashable, Sendable, CaseIterable {
        /// Once a photo, when something first needs its outputs.
        case photo = 0
        /// At every prediction.
        case prompt = 1
    }

    /// One program's file and signature.
    public struct ProgramInfo: Hashable, Sendable {
        /// Unique in its bundle: "segment".
        public let name: String
        public let runs: Runs
        /// Of the file, or of the .mlpackage folder; begins with the bundle's folder.
        public let path: String
        /// Bytes of all its files.
        public let fileSize: Int64
        /// Multiply-adds of one run; 0 where the manifest is silent.
        public let macs: Int64
        public let inputs: [TensorInfo]
        public let outputs: [TensorInfo]
    }

    /// The folder, or nil for a bundle made from the text of a manifest.
    public let folder: URL?
    public let name: String
    public let licence: String
    public let preset: String
    public let backend: String
    public let precision: String
    public let target: Target
    public let schemaVersion: Int
    /// Width and height of the photo input that prompts and masks are placed in, in pixels.
    public let inputSize: (width: Int, height: Int)
    /// Width and height of the logits as the network returns them.
    public let maskSize: (width: Int, height: Int)
    /// Masks that are proposed.
    public let candidateCount: Int
    /// Clicks, and two for a box, that the network sees as numbers; 0 where it sees none.
    public let maxPoints: Int
    public let capabilities: Capabilities
    /// Radius of a click's disc, in pixels of the input.
    public let clickRadius: Double
    /// Value of the box plane when there is no box.
    public let boxDefault: Float
    /// The whole text of manifest.json.
    public let manifest: String
    /// In the order in which they run: each after those whose outputs it reads.
    public let programs: [ProgramInfo]

    let handle: OpaqueHandle

    /// Opens the bundle in a folder and compares its files with the manifest. Reads every file:
    /// call it away from the main thread, or let `Segmenter.load` do so.
    ///
    /// Throws `SegmentationError` with the code `.bundle`, `.bundleDamaged` or `.bundleVersion`.
    public convenience init(contentsOf folder: URL, check: Check = .hashes) throws {
        var handle: OpaquePointer?
        let flags = check == .sizesOnly ? UInt32(SSAM_BUNDLE_SIZES_ONLY) : 0
        try SqueezeSAM.check(ssam_bundle_open(folder.path, flags, &handle))
        try self.init(owning: handle, folder: folder)
    }

    /// A bundle without files, from the text of a manifest alone.
    public convenience init(manifest: String) throws {
        var handle: OpaquePointer?
        var text = manifest
        try text.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) {
                try SqueezeSAM.check(ssam_bundle_parse($0.baseAddress, $0.count, &handle))
            }
        }
        try self.init(owning: handle, folder: nil)
    }

    private init(owning pointer: OpaquePointer?, folder: URL?) throws {
        let handle = OpaqueHandle(pointer, free: ssam_bundle_free)
        var info = ssam_bundle_info()
        try SqueezeSAM.check(ssam_bundle_get_info(handle.pointer, &info))
        self.handle = handle
        self.folder = folder
        name = String(cString: info.name)
        licence = String(cString: info.licence)
        preset = String(cString: info.preset)
        backend = String(cString: info.backend)
        precision = String(cString: info.precision)
        guard let target = Target(rawValue: info.target) else {
            throw SegmentationError(
                .bundle,
                "the bundle is for \"\(String(cString: info.target_name))\", "
                    + "which this library does not know")
        }
        self.target = target
        schemaVersion = Int(info.schema_version)
        inputSize = (Int(info.input_width), Int(info.input_height))
        maskSize = (Int(info.mask_width), Int(info.mask_height))
        candidateCount = Int(info.candidate_count)
        maxPoints = Int(info.max_points)
        capabilities = Capabilities(rawValue: info.capabilities)
        clickRadius = info.click_radius
        boxDefault = info.box_default
        let text = UnsafeRawBufferPointer(start: info.manifest, count: info.manifest_size)
        manifest = String(decoding: text, as: UTF8.self)
        programs = try (0..<ssam_bundle_program_count(handle.pointer)).map { index in
            var program = ssam_program_info()
            try SqueezeSAM.check(ssam_bundle_get_program(handle.pointer, index, &program))
            return ProgramInfo(program)
        }
    }

    /// The program with this name; nil where there is none.
    public func program(_ name: String) -> ProgramInfo? {
        programs.first { $0.name == name }
    }

    /// Where a program's file (or .mlpackage folder) is; nil where there is no such program, or no
    /// folder.
    public func url(of program: String) -> URL? {
        guard folder != nil, let info = self.program(program) else { return nil }
        return URL(fileURLWithPath: info.path)
    }
}

extension ModelBundle.ProgramInfo {
    init(_ info: ssam_program_info) {
        name = String(cString: info.name)
        runs = info.runs == SSAM_RUNS_PHOTO ? .photo : .prompt
        path = String(cString: info.path)
        fileSize = info.file_size
        macs = info.macs
        inputs = UnsafeBufferPointer(start: info.inputs, count: Int(info.input_count))
            .map(ModelBundle.TensorInfo.init)
        outputs = UnsafeBufferPointer(start: info.outputs, count: Int(info.output_count))
            .map(ModelBundle.TensorInfo.init)
    }
}

extension ModelBundle.TensorInfo {
    init(_ info: ssam_tensor_info) {
        name = String(cString: info.name)
        shape = withUnsafeBytes(of: info.shape) {
            $0.bindMemory(to: Int64.self).prefix(Int(info.rank)).map(Int.init)
        }
        source = String(cString: info.source)
        role = String(cString: info.role)
    }
}
