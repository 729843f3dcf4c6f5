import CSqueezeSAM
import Foundation

/// Facts about the core that this package was built with.
public enum SqueezeSAMCore {
    /// "0.1.0".
    public static var version: String { String(cString: ssam_version()) }

    /// The newest `schema_version` of a bundle's manifest that it reads.
    public static var schemaVersion: Int { Int(ssam_schema_version()) }

    /// SHA-256 of some bytes as 64 lower-case hexadecimal digits: what a manifest says of a file.
    public static func sha256(_ bytes: Data) -> String {
        var hex = [CChar](repeating: 0, count: 65)
        // It fails without bytes or without a place for the digits: neither can be.
        _ = bytes.withUnsafeBytes { ssam_sha256($0.baseAddress, $0.count, &hex) }
        return String(decoding: hex.prefix(64).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
