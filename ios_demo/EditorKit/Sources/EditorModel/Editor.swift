import Foundation
import SqueezeSAM

/// One photo being cut out: takes gestures, keeps the history, runs predictions in the background.
///
/// Prompts reach the session in the order in which they were given. The latest prompt wins: a
/// prediction that a newer prompt makes useless is cancelled and its mask never shown.
@MainActor
public final class Editor {
    public private(set) var state = EditorState() {
        didSet { onChange?(state) }
    }
    /// Called after every change, on the main thread.
    public var onChange: ((EditorState) -> Void)?

    private enum Call {
        case action(PromptHistory.Action)
        case undo
    }

    private let segmenter: @Sendable () async throws -> Segmenter
    private var session: Session?
    private var opening: Task<Void, Never>?
    private var calls: [Call] = []
    private var wantsMask = false
    private var worker: Task<Void, Never>?
    private var prediction: Task<MaskResult, any Error>?
    private var derivation: Task<Void, Never>?

    /// - Parameter segmenter: gives the segmenter, loading it where needed.
    public init(segmenter: @escaping @Sendable () async throws -> Segmenter) {
        self.segmenter = segmenter
    }

    // MARK: - Photo

    /// Opens a photo in place of the former, and asks for the automatic first mask.
    ///
    /// - Parameter photo: makes it, e.g. by decoding a file; runs off the main thread.
    public func open(_ photo: @escaping @Sendable () async throws -> Photo) {
        close()
        state.activity = .openingPhoto
        opening = Task { [weak self] in
            do {
                guard let opened = try await self?.opened(photo) else { return }
                self?.begin(opened)
            } catch {
                self?.give(up: error)
            }
        }
    }

    /// Forgets the photo.
    public func close() {
        for task in [opening, worker, derivation] { task?.cancel() }
        prediction?.cancel()
        (opening, worker, derivation, prediction) = (nil, nil, nil, nil)
        (session, calls, wantsMask) = (nil, [], false)
        state = EditorState()
    }

    private nonisolated func opened(
        _ make: @Sendable () async throws -> Photo
    ) async throws -> (photo: Photo, session: Session) {
        let photo = try await make()
        try Task.checkCancellation()
        await tell(.loadingModel)
        let segmenter = try await segmenter()
        try Task.checkCancellation()
        await tell(.openingPhoto, segmenter.bundle)
        return (photo, try await segmenter.open(photo))
    }

    private func tell(_ activity: EditorState.Activity, _ bundle: ModelBundle? = nil) {
        guard !Task.isCancelled else { return }
        state.activity = activity
        state.bundle = bundle ?? state.bundle
    }

    private func begin(_ opened: (photo: Photo, session: Session)) {
        guard !Task.isCancelled else { return }
        opening = nil
        (state.photo, session) = opened
        state.viewport = Viewport(
            photo: PixelSize(width: opened.session.size.width, height: opened.session.size.height),
            view: viewSize)
        wantsMask = true
        work()
    }

    private func give(up error: any Error) {
        guard !Task.isCancelled else { return }
        opening = nil
        state.activity = .idle
        state.problem = EditorProblem(error)
    }

    // MARK: - View

    private var viewSize = CGSize(width: 1, height: 1)

    /// The view has got this size.
    public func resize(to size: CGSize) {
        viewSize = size
        guard let viewport = state.viewport, viewport.view != size else { return }
        state.viewport = viewport.resized(to: size)
    }

    /// Shows the whole photo.
    public func fit() {
        guard let viewport = state.viewport else { return }
        state.viewport = Viewport(photo: viewport.photo, view: viewport.view)
    }

    public func dismissProblem() {
        state.problem = nil
    }

    // MARK: - Prompts

    /// Does what fingers mean; without a photo nothing.
    public func handle(_ gesture: CanvasGesture) {
        guard let viewport = state.viewport else { return }
        switch gesture {
        case .tap(let point):
            if let pixel = viewport.pixel(at: point) { add(.foreground(pixel)) }
        case .longPress(let point):
            if let pixel = viewport.pixel(at: point) { add(.background(pixel)) }
        case .dragChanged(let start, let end):
            state.draft = viewport.pixels(from: start, to: end)
        case .dragEnded(let start, let end):
            state.draft = nil
            if let box = viewport.pixels(from: start, to: end) { add(.box(box)) }
        case .dragCancelled:
            state.draft = nil
        case .pinch(let factor, let anchor, let translation):
            state.viewport = viewport.moved(by: translation).zoomed(by: factor, around: anchor)
        }
    }

    public func add(_ prompt: Prompt) {
        guard session != nil, isSupported(prompt) else { return }
        state.history.perform(.add(prompt))
        enqueue(.action(.add(prompt)))
    }

    public func undo() {
        guard session != nil, state.history.undo() else { return }
        enqueue(.undo)
    }

    public func redo() {
        guard session != nil, let action = state.history.redo() else { return }
        enqueue(.action(action))
    }

    public func clear() {
        guard session != nil, state.history.canClear else { return }
        state.history.perform(.clear)
        enqueue(.action(.clear))
    }

    private func isSupported(_ prompt: Prompt) -> Bool {
        let capabilities = state.bundle?.capabilities ?? []
        switch prompt {
        case .foreground: return true
        case .background where !capabilities.contains(.negativePoints):
            state.problem = .backgroundUnsupported
            return false
        case .box where !capabilities.contains(.box):
            state.problem = .boxUnsupported
            return false
        case .background, .box: return true
        }
    }

    // MARK: - Masks

    /// Shows another of the masks that the network proposed. No network runs.
    public func choose(candidate: Int) {
        guard let former = state.result?.mask, worker == nil else { return }
        derivation?.cancel()
        derivation = Task { [weak self] in
            let derived = await Task.detached(priority: .userInitiated) {
                try MaskResult(former.derive(PredictOptions(candidate: candidate)))
            }.result
            guard let self, !Task.isCancelled else { return }
            show(derived)
            derivation = nil
        }
    }

    /// Returns when nothing is under way any more.
    public func settle() async {
        while let task = opening ?? worker ?? derivation {
            await task.value
        }
    }

    private func show(_ result: Result<MaskResult, any Error>) {
        switch result {
        case .success(let result):
            (state.result, state.problem) = (result, nil)
        case .failure(let error):
            guard let problem = EditorProblem(error) else { return }
            state.problem = problem
            if problem == .nothingStandsOut { state.result = nil }
        }
    }

    // MARK: - In the background

    private func enqueue(_ call: Call) {
        calls.append(call)
        wantsMask = true
        prediction?.cancel()
        derivation?.cancel()
        derivation = nil
        work()
    }

    private func work() {
        guard worker == nil, let session else { return }
        state.activity = .predicting
        worker = Task { [weak self] in
            while !Task.isCancelled, await self?.step(session) == true {}
            guard let self, !Task.isCancelled else { return }
            worker = nil
            state.activity = .idle
        }
    }

    /// One call to the session, or one prediction; false when there is nothing left to do.
    private func step(_ session: Session) async -> Bool {
        if !calls.isEmpty {
            await make(calls.removeFirst(), session)
            return true
        }
        guard wantsMask else { return false }
        wantsMask = false
        let prediction = Task.detached(priority: .userInitiated) {
            try MaskResult(await session.predict())
        }
        self.prediction = prediction
        let result = await prediction.result
        // Meanwhile there may be a newer prompt, or another photo.
        if !wantsMask, session === self.session { show(result) }
        return true
    }

    private func make(_ call: Call, _ session: Session) async {
        do {
            switch call {
            case .action(.add(let prompt)): try await session.add(prompt)
            case .action(.clear): try await session.clear()
            case .undo: try await session.undo()
            }
        } catch {
            await restore(session, after: error)
        }
    }

    /// The session did not do what the history says: from here on its own prompts count.
    private func restore(_ session: Session, after error: any Error) async {
        let prompts = (try? await session.prompts) ?? []
        guard session === self.session else { return }
        calls = []
        state.history = PromptHistory(prompts: prompts)
        state.problem = EditorProblem(error)
    }
}
