import Foundation

/// SHA-256 (FIPS 180-4), because CryptoKit is not where this is tested.
enum SHA256 {
    /// 64 lower-case hexadecimal digits.
    static func hex(_ data: Data) -> String {
        digest(data).map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func digest(_ data: Data) -> [UInt32] {
        var hash = fractions(of: primes.prefix(8)) { $0.squareRoot() }
        let constants = fractions(of: primes[...]) { cbrt($0) }
        let bytes = padded(data)
        for start in stride(from: 0, to: bytes.count, by: 64) {
            let words = schedule(bytes[start..<start + 64])
            var state = hash
            for (word, constant) in zip(words, constants) {
                let (a, e) = (state[0], state[4])
                let choice = (e & state[5]) ^ (~e & state[6])
                let majority = (a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2])
                let first =
                    state[7] &+ (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) &+ choice &+ constant
                    &+ word
                let second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) &+ majority
                state = [first &+ second] + state[0..<3] + [state[3] &+ first] + state[4..<7]
            }
            hash = zip(hash, state).map { $0 &+ $1 }
        }
        return hash
    }

    /// A one bit, zeros, and the number of bits, up to a whole number of blocks.
    private static func padded(_ data: Data) -> [UInt8] {
        var bytes = Array(data)
        bytes.append(0x80)
        bytes += [UInt8](repeating: 0, count: (120 - bytes.count % 64) % 64)
        let bits = UInt64(data.count) * 8
        return bytes + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    }

    private static func schedule(_ block: ArraySlice<UInt8>) -> [UInt32] {
        let bytes = Array(block)
        var words = (0..<16).map { i in
            bytes[4 * i..<4 * i + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for i in 16..<64 {
            let (near, far) = (words[i - 2], words[i - 15])
            let low = turn(far, 7) ^ turn(far, 18) ^ (far >> 3)
            let high = turn(near, 17) ^ turn(near, 19) ^ (near >> 10)
            words.append(words[i - 16] &+ low &+ words[i - 7] &+ high)
        }
        return words
    }

    private static func turn(_ word: UInt32, _ places: UInt32) -> UInt32 {
        word >> places | word << (32 - places)
    }

    /// The standard's constants: the first 32 bits of the fractional parts of roots of primes.
    private static func fractions(
        of numbers: ArraySlice<Int>, _ root: (Double) -> Double
    ) -> [UInt32] {
        numbers.map { number in
            let value = root(Double(number))
            return UInt32((value - value.rounded(.down)) * 4_294_967_296)
        }
    }

    private static let primes = (2...311).filter { number in
        (2..<number).allSatisfy { number % $0 != 0 }
    }
}
