import Foundation
import SqueezeSAM

extension Photo {
    /// Black, with a white square round `spot`; without one grey all over.
    public static func test(
        width: Int = 128, height: Int = 96, spot: (x: Int, y: Int)? = (40, 48), radius: Int = 12
    ) -> Photo {
        var bytes = Data(repeating: spot == nil ? 90 : 0, count: width * height)
        if let spot {
            for y in max(0, spot.y - radius)..<min(height, spot.y + radius) {
                for x in max(0, spot.x - radius)..<min(width, spot.x + radius) {
                    bytes[y * width + x] = 255
                }
            }
        }
        return Photo(bytes: bytes, width: width, height: height, format: .gray)
    }
}
