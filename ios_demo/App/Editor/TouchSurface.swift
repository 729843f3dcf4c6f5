import EditorModel
import SwiftUI
import UIKit

/// Takes raw touches: SwiftUI's own gestures tell on iOS 16 neither where a long press is nor where
/// two fingers are.
struct TouchSurface: UIViewRepresentable {
    /// What VoiceOver says of the photo.
    let description: String
    let editor: Editor

    func makeUIView(context: Context) -> TouchView {
        let view = TouchView { [editor] in editor.handle($0) }
        view.accessibilityLabel = String(localized: "Photo")
        view.accessibilityHint = String(
            localized: "Tap to add, touch and hold to take away, drag to draw a box.")
        view.accessibilityCustomActions = [
            action(String(localized: "Undo"), editor.undo),
            action(String(localized: "Clear"), editor.clear),
        ]
        return view
    }

    func updateUIView(_ view: TouchView, context: Context) {
        view.accessibilityValue = description
    }

    private func action(
        _ name: String, _ perform: @escaping @MainActor () -> Void
    ) -> UIAccessibilityCustomAction {
        UIAccessibilityCustomAction(name: name) { _ in
            MainActor.assumeIsolated(perform)
            return true
        }
    }
}

final class TouchView: UIView {
    private let perform: (CanvasGesture) -> Void
    private var touches = TouchInterpreter<ObjectIdentifier>()
    private var holding: Task<Void, Never>?
    private let haptics = UIImpactFeedbackGenerator(style: .medium)

    init(perform: @escaping (CanvasGesture) -> Void) {
        self.perform = perform
        super.init(frame: .zero)
        isMultipleTouchEnabled = true
        isAccessibilityElement = true
        // VoiceOver hands touches on as they are.
        accessibilityTraits = .allowsDirectInteraction
    }

    @available(*, unavailable)
    required init?(coder: NSCoder) {
        fatalError("made in code only")  // not translated
    }

    override func touchesBegan(_ touches: Set<UITouch>, with event: UIEvent?) {
        for touch in touches {
            tell(
                self.touches.began(
                    ObjectIdentifier(touch), at: touch.location(in: self), time: touch.timestamp))
        }
        waitForLongPress()
    }

    override func touchesMoved(_ touches: Set<UITouch>, with event: UIEvent?) {
        let points = touches.map { (ObjectIdentifier($0), $0.location(in: self)) }
        tell(self.touches.moved(Dictionary(uniqueKeysWithValues: points)))
    }

    override func touchesEnded(_ touches: Set<UITouch>, with event: UIEvent?) {
        for touch in touches {
            tell(
                self.touches.ended(
                    ObjectIdentifier(touch), at: touch.location(in: self), time: touch.timestamp))
        }
    }

    override func touchesCancelled(_ touches: Set<UITouch>, with event: UIEvent?) {
        tell(self.touches.cancelled())
    }

    private func waitForLongPress() {
        holding?.cancel()
        guard let deadline = touches.deadline else { return }
        // Touches and this clock both count seconds since the device was started.
        let wait = max(0, deadline - ProcessInfo.processInfo.systemUptime)
        holding = Task { [weak self] in
            try? await Task.sleep(nanoseconds: UInt64(wait * 1_000_000_000))
            guard let self, !Task.isCancelled else { return }
            tell(touches.held(at: deadline))
        }
    }

    private func tell(_ gestures: [CanvasGesture]) {
        for gesture in gestures {
            if case .longPress = gesture { haptics.impactOccurred() }
            perform(gesture)
        }
    }
}
