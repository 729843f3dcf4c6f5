import Foundation

/// Turns the touches of a view into gestures: a tap, a press that is held, one finger that draws a
/// box, two fingers that zoom and move.
///
/// The view reports every touch, and calls `held(at:)` when `deadline` has come.
public struct TouchInterpreter<Finger: Hashable> {
    private enum Phase {
        case idle
        case pressing(start: CGPoint, since: TimeInterval)
        case drawing(start: CGPoint)
        case pinching(Finger, Finger)
        /// What the fingers meant has been said; they are still down.
        case finished
    }

    /// Seconds until a finger that rests is a long press.
    public let holdTime: TimeInterval
    /// Points that a resting finger may stray.
    public let slop: Double

    private var phase = Phase.idle
    private var fingers: [Finger: CGPoint] = [:]

    public init(holdTime: TimeInterval = 0.45, slop: Double = 10) {
        self.holdTime = holdTime
        self.slop = slop
    }

    /// When a long press is due; nil while none is.
    public var deadline: TimeInterval? {
        guard case .pressing(_, let since) = phase else { return nil }
        return since + holdTime
    }

    public mutating func began(
        _ finger: Finger, at point: CGPoint, time: TimeInterval
    ) -> [CanvasGesture] {
        let others = Array(fingers.keys)
        fingers[finger] = point
        switch phase {
        case .idle:
            phase = .pressing(start: point, since: time)
        case .pressing:
            phase = .pinching(others[0], finger)
        case .drawing:
            phase = .pinching(others[0], finger)
            return [.dragCancelled]
        case .pinching, .finished:
            break
        }
        return []
    }

    /// - Parameter points: where the fingers that moved are now.
    public mutating func moved(_ points: [Finger: CGPoint]) -> [CanvasGesture] {
        let before = fingers
        fingers.merge(points.filter { fingers[$0.key] != nil }) { $1 }
        switch phase {
        case .pressing(let start, _):
            guard let point = fingers.values.first, distance(start, point) > slop else { return [] }
            phase = .drawing(start: start)
            return [.dragChanged(from: start, to: point)]
        case .drawing(let start):
            return fingers.values.first.map { [.dragChanged(from: start, to: $0)] } ?? []
        case .pinching(let one, let other):
            guard let old = pair(one, other, in: before), let new = pair(one, other, in: fingers)
            else { return [] }
            let translation = CGSize(
                width: new.middle.x - old.middle.x, height: new.middle.y - old.middle.y)
            let factor = old.distance > 1 ? new.distance / old.distance : 1
            return [.pinch(factor: factor, around: new.middle, translation: translation)]
        case .idle, .finished:
            return []
        }
    }

    public mutating func ended(
        _ finger: Finger, at point: CGPoint, time: TimeInterval
    ) -> [CanvasGesture] {
        guard fingers.removeValue(forKey: finger) != nil else { return [] }
        defer { phase = fingers.isEmpty ? .idle : .finished }
        switch phase {
        case .pressing(let start, let since):
            return [time - since < holdTime ? .tap(start) : .longPress(start)]
        case .drawing(let start):
            return [.dragEnded(from: start, to: point)]
        case .idle, .pinching, .finished:
            return []
        }
    }

    /// The system took the touches away.
    public mutating func cancelled() -> [CanvasGesture] {
        defer {
            phase = .idle
            fingers = [:]
        }
        guard case .drawing = phase else { return [] }
        return [.dragCancelled]
    }

    public mutating func held(at time: TimeInterval) -> [CanvasGesture] {
        guard case .pressing(let start, let since) = phase, time >= since + holdTime else {
            return []
        }
        phase = .finished
        return [.longPress(start)]
    }

    private func pair(
        _ one: Finger, _ other: Finger, in places: [Finger: CGPoint]
    ) -> (middle: CGPoint, distance: Double)? {
        guard let a = places[one], let b = places[other] else { return nil }
        return (CGPoint(x: (a.x + b.x) / 2, y: (a.y + b.y) / 2), distance(a, b))
    }

    private func distance(_ a: CGPoint, _ b: CGPoint) -> Double {
        let (x, y) = (Double(a.x - b.x), Double(a.y - b.y))
        return (x * x + y * y).squareRoot()
    }
}
