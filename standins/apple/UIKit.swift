// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
@_exported import CoreGraphics

open class UIImage: NSObject {
    public enum Orientation: Int, Sendable {
        case up, down, left, right, upMirrored, downMirrored, leftMirrored, rightMirrored
    }
    public var cgImage: CGImage? { nil }
    public var imageOrientation: Orientation { .up }
}

extension UIImage {
    public convenience init?(data: Data) { nil }
    public convenience init(cgImage: CGImage) { fatalError() }
    public var size: CGSize { .zero }
    public var scale: CGFloat { 1 }
    public func byPreparingThumbnail(ofSize size: CGSize) async -> UIImage? { nil }
}
extension UIImage: @unchecked Sendable {}

public struct UIAccessibilityTraits: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static var allowsDirectInteraction: UIAccessibilityTraits { fatalError() }
}
open class UIAccessibilityCustomAction: NSObject {
    public typealias Handler = (UIAccessibilityCustomAction) -> Bool
    public init(name: String, actionHandler: @escaping Handler) {}
}
extension NSObject {
    public var isAccessibilityElement: Bool { get { false } set {} }
    public var accessibilityLabel: String? { get { nil } set {} }
    public var accessibilityHint: String? { get { nil } set {} }
    public var accessibilityValue: String? { get { nil } set {} }
    public var accessibilityTraits: UIAccessibilityTraits { get { [] } set {} }
    public var accessibilityCustomActions: [UIAccessibilityCustomAction]? { get { nil } set {} }
}
public struct UIAccessibility {
    public struct Notification: Sendable {
        public static var announcement: Notification { fatalError() }
    }
    public static func post(notification: Notification, argument: Any?) {}
}

@MainActor open class UIResponder: NSObject {
    open func touchesBegan(_ touches: Set<UITouch>, with event: UIEvent?) {}
    open func touchesMoved(_ touches: Set<UITouch>, with event: UIEvent?) {}
    open func touchesEnded(_ touches: Set<UITouch>, with event: UIEvent?) {}
    open func touchesCancelled(_ touches: Set<UITouch>, with event: UIEvent?) {}
    public nonisolated override init() {}
}
@MainActor open class UIEvent: NSObject {}
@MainActor open class UITouch: NSObject {
    open var timestamp: TimeInterval { 0 }
    open func location(in view: UIView?) -> CGPoint { .zero }
}
@MainActor open class UIView: UIResponder {
    public init(frame: CGRect) { super.init() }
    public required init?(coder: NSCoder) { nil }
    open var isMultipleTouchEnabled: Bool = false
}
@MainActor open class UIViewController: UIResponder {}
@MainActor open class UINavigationController: UIViewController {}
@MainActor public protocol UINavigationControllerDelegate: NSObjectProtocol {}

@MainActor public protocol UIImagePickerControllerDelegate: NSObjectProtocol {
    func imagePickerController(
        _ picker: UIImagePickerController,
        didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any])
    func imagePickerControllerDidCancel(_ picker: UIImagePickerController)
}
@MainActor open class UIImagePickerController: UINavigationController {
    public enum SourceType: Int, Sendable { case photoLibrary, camera, savedPhotosAlbum }
    public struct InfoKey: Hashable, Sendable {
        public static var originalImage: InfoKey { fatalError() }
    }
    open class func isSourceTypeAvailable(_ sourceType: SourceType) -> Bool { false }
    open var sourceType: SourceType = .photoLibrary
    open weak var delegate: (any UIImagePickerControllerDelegate & UINavigationControllerDelegate)?
}

@MainActor open class UIFeedbackGenerator: NSObject {}
@MainActor open class UIImpactFeedbackGenerator: UIFeedbackGenerator {
    public enum FeedbackStyle: Int, Sendable { case light, medium, heavy }
    public init(style: FeedbackStyle) {}
    open func impactOccurred() {}
}

@MainActor open class UIApplication: UIResponder {
    open class var shared: UIApplication { fatalError() }
    open var isIdleTimerDisabled: Bool = false
}

@MainActor open class UIDevice: NSObject {
    public enum BatteryState: Int, Sendable { case unknown, unplugged, charging, full }
    open class var current: UIDevice { fatalError() }
    open var systemName: String { "" }
    open var systemVersion: String { "" }
    open var isBatteryMonitoringEnabled: Bool = false
    open var batteryLevel: Float { -1 }
    open var batteryState: BatteryState { .unknown }
}
