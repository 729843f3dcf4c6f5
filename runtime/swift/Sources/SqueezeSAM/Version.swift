import CSqueezeSAM

/// Facts about the core that this package was built with.
public enum SqueezeSAMCore {
    /// "0.1.0".
    public static var version: String { String(cString: ssam_version()) }

    /// The newest `schema_version` of a bundle's manifest that it reads.
    public static var schemaVersion: Int { Int(ssam_schema_version()) }
}
