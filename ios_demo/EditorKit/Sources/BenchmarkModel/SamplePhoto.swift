import Foundation
import SqueezeSAM

/// The built-in photo: an orange with a leaf on a table, drawn, so that the app carries no picture
/// of anybody's and every device measures the same pixels.
public struct SamplePhoto: Sendable {
    public static let size = (width: 1024, height: 768)

    public let photo: Photo
    /// RGB, rows without gaps.
    public let bytes: Data
    let facts: BenchmarkResult.PhotoFacts

    public init() {
        let (width, height) = Self.size
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * height * 3)
        var noise = Noise()
        for y in 0..<height {
            for x in 0..<width {
                let colour = Self.colour(x: Double(x), y: Double(y)) + noise.next()
                for channel in 0..<3 {
                    bytes.append(UInt8(min(max(colour[channel].rounded(), 0), 255)))
                }
            }
        }
        self.bytes = Data(bytes)
        photo = Photo(bytes: self.bytes, width: width, height: height, format: .rgb)
        facts = BenchmarkResult.PhotoFacts(
            name: "drawn-orange-\(width)x\(height)", width: width, height: height)
    }

    /// Whether a pixel shows the orange or its leaf.
    public static func isObject(x: Double, y: Double) -> Bool {
        orange(x, y) != nil || leaf(x, y) != nil
    }

    // MARK: - Drawing

    private static let centre = SIMD2(560.0, 420.0)
    private static let radius = 190.0
    private static let table = 470.0

    private static func colour(x: Double, y: Double) -> SIMD3<Double> {
        if let colour = leaf(x, y) ?? orange(x, y) { return colour }
        let ground: SIMD3<Double>
        if y < table {
            ground = mix(SIMD3(196, 205, 210), SIMD3(224, 226, 222), y / table)
        } else {
            let grain = 6 * sin(y * 0.19 + 2.5 * sin(x * 0.011))
            ground = mix(SIMD3(150, 118, 92), SIMD3(120, 90, 68), (y - table) / 300) + grain
        }
        return ground * shade(x, y)
    }

    /// The orange's shadow on the table.
    private static func shade(_ x: Double, _ y: Double) -> Double {
        guard y >= table else { return 1 }
        let distance = SIMD2((x - centre.x - 70) / 250, (y - centre.y - 180) / 46)
        return 1 - 0.55 * max(0, 1 - (distance * distance).sum())
    }

    /// A sphere lit from the upper left, with a dimpled peel.
    private static func orange(_ x: Double, _ y: Double) -> SIMD3<Double>? {
        let offset = (SIMD2(x, y) - centre) / radius
        let flat = (offset * offset).sum()
        guard flat <= 1 else { return nil }
        let normal = SIMD3(offset.x, offset.y, (1 - flat).squareRoot())
        let light = max(0, (normal * SIMD3(-0.45, -0.62, 0.64)).sum())
        let peel = 0.04 * sin(x * 0.55) * sin(y * 0.55 + 0.3 * sin(x * 0.21))
        let glow = 190 * pow(light, 34)
        return SIMD3(248, 142, 28) * (0.34 + 0.66 * light + peel) + glow * SIMD3(1, 0.95, 0.8)
    }

    /// The lens between two circles, with a bright vein.
    private static func leaf(_ x: Double, _ y: Double) -> SIMD3<Double>? {
        let (along, across) = turned(SIMD2(x, y) - SIMD2(585, 225), by: -0.45)
        let reach = 1 - (along / 105) * (along / 105)
        guard reach > 0, abs(across) <= 40 * reach else { return nil }
        let vein = abs(across) < 2 ? 38.0 : 0
        let rib = 8 * sin((along - abs(across)) * 0.35)
        return SIMD3(70, 132, 52) + vein + rib - across * 0.5
    }

    private static func turned(
        _ vector: SIMD2<Double>, by angle: Double
    ) -> (along: Double, across: Double) {
        (
            vector.x * cos(angle) + vector.y * sin(angle),
            vector.y * cos(angle) - vector.x * sin(angle)
        )
    }

    private static func mix(
        _ one: SIMD3<Double>, _ other: SIMD3<Double>, _ share: Double
    ) -> SIMD3<Double> {
        one + (other - one) * min(max(share, 0), 1)
    }
}

/// Grain as of a sensor, the same every time.
private struct Noise {
    private var state: UInt32 = 2_463_534_242

    /// About -4 to 4.
    mutating func next() -> Double {
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        return Double(state % 1024) / 128 - 4
    }
}
