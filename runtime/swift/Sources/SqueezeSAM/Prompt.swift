import CSqueezeSAM
import Foundation

/// What a person says about a photo: a click or a box.
///
/// Coordinates are pixels of the upright photo: origin top left, x right, y down, the centre of the
/// first pixel at (0, 0) and its outer corner at (-0.5, -0.5).
public enum Prompt: Hashable, Sendable {
    /// This belongs to the object.
    case foreground(x: Double, y: Double)
    /// This does not.
    case background(x: Double, y: Double)
    /// The object lies in this box, x0 < x1 and y0 < y1.
    case box(x0: Double, y0: Double, x1: Double, y1: Double)

    public static func foreground(_ point: CGPoint) -> Prompt {
        .foreground(x: Double(point.x), y: Double(point.y))
    }

    public static func background(_ point: CGPoint) -> Prompt {
        .background(x: Double(point.x), y: Double(point.y))
    }

    /// The box round a rectangle that may have been drawn in any direction.
    public static func box(_ rectangle: CGRect) -> Prompt {
        .box(
            x0: Double(rectangle.minX), y0: Double(rectangle.minY),
            x1: Double(rectangle.maxX), y1: Double(rectangle.maxY))
    }

    init(_ prompt: ssam_prompt) {
        switch prompt.kind {
        case Int32(SSAM_PROMPT_FOREGROUND): self = .foreground(x: prompt.x0, y: prompt.y0)
        case Int32(SSAM_PROMPT_BACKGROUND): self = .background(x: prompt.x0, y: prompt.y0)
        default: self = .box(x0: prompt.x0, y0: prompt.y0, x1: prompt.x1, y1: prompt.y1)
        }
    }
}

/// How clicks are found in what stands out in a photo.
public enum AutomaticClicks: Hashable, Sendable {
    /// Its centre and those of its quarters: how every session begins.
    case centres
    /// Three of its pixels drawn by a seed, as EfficientSAM does. A seed draws the same clicks in every
    /// language and on every machine.
    case random(seed: UInt32)
}

/// A prompt that led to a mask.
public struct UsedPrompt: Hashable, Sendable {
    public let prompt: Prompt
    /// True where it was found in the heat map, false where the person gave it.
    public let isAutomatic: Bool

    init(_ prompt: ssam_prompt) {
        self.prompt = Prompt(prompt)
        isAutomatic = prompt.automatic != 0
    }
}
