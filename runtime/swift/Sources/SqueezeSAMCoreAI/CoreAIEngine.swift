#if canImport(CoreAI)
import CoreAI
import Foundation
import SqueezeSAM

/// Executes Core AI bundles, where the system has Core AI.
@available(iOS 27, macOS 27, *)
public final class CoreAIEngine: Engine, @unchecked Sendable {
    // Used by one thread at a time: `isConcurrent` is false.
    private var programs: [String: CoreAIProgram]

    private init(programs: [String: CoreAIProgram]) {
        self.programs = programs
    }

    /// Loads a bundle's programs, which the system specialises for this device where its cache has
    /// them not yet: seconds the first time, and again after an update of the system.
    ///
    /// - Parameters:
    ///   - options: Apple recommends `.default`, which takes what is fastest; a preferred unit is a
    ///     wish, and what it cannot run falls back to another.
    ///   - cache: where specialised programs are looked up first; they are stored in the default
    ///     cache of the app.
    ///
    /// Throws `SegmentationError` with the code `.engine` or `.bundle`.
    public static func load(
        _ bundle: ModelBundle, options: SpecializationOptions = .default,
        cache: AIModelCache = .default
    ) async throws -> CoreAIEngine {
        try EngineChecks.target(of: bundle, is: .coreAI, engine: "Core AI")
        var programs: [String: CoreAIProgram] = [:]
        for info in bundle.programs {
            try Task.checkCancellation()
            guard let asset = bundle.url(of: info.name) else {
                throw SegmentationError(.bundle, "\(bundle.name): the bundle has no files")
            }
            let function = try await load(info.name, at: asset, options, cache)
            programs[info.name] = try CoreAIProgram(info, function)
        }
        return CoreAIEngine(programs: programs)
    }

    /// True where the cache has all programs of a bundle, so that loading them takes no time.
    public static func isSpecialised(
        _ bundle: ModelBundle, options: SpecializationOptions = .default,
        cache: AIModelCache = .default
    ) -> Bool {
        bundle.programs.allSatisfy { program in
            guard let asset = bundle.url(of: program.name) else { return false }
            return (try? cache.model(for: asset, options: options)) != nil
        }
    }

    /// Takes a bundle's specialised programs out of the cache: loading them next is a cold start.
    public static func forget(_ bundle: ModelBundle, cache: AIModelCache = .default) throws {
        for program in bundle.programs {
            if let asset = bundle.url(of: program.name) {
                try cache.deleteEntries(for: asset)
            }
        }
    }

    private static func load(
        _ program: String, at asset: URL, _ options: SpecializationOptions, _ cache: AIModelCache
    ) async throws -> InferenceFunction {
        do {
            let known = try? cache.model(for: asset, options: options)
            let model: AIModel
            if let known {
                model = known
            } else {
                model = try await AIModel(contentsOf: asset, options: options)
            }
            guard let function = try model.loadFunction(named: "main") else {
                throw SegmentationError(
                    .bundle, "the program '\(program)' has no function 'main'")
            }
            return function
        } catch let error as SegmentationError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw SegmentationError(
                .engine,
                "Core AI cannot load the program '\(program)': \(error.localizedDescription)")
        }
    }

    public func run(_ program: String, inputs: [InputTensor], outputs: [OutputTensor]) throws {
        guard programs[program] != nil else {
            throw SegmentationError(.engine, "the program '\(program)' was not loaded")
        }
        try programs[program]?.run(inputs, outputs)
    }
}

@available(iOS 27, macOS 27, *)
extension EngineLoader {
    /// Core AI, for bundles made with `squeezesam-export --target coreai`.
    public static func coreAI(
        options: SpecializationOptions = .default, cache: AIModelCache = .default
    ) -> EngineLoader {
        EngineLoader { try await CoreAIEngine.load($0, options: options, cache: cache) }
    }
}
#endif
