import BenchmarkModel
import Foundation

extension BundleFolders {
    /// Those that scripts/copy_bundle.sh put into the app, and those that were pushed into its
    /// documents.
    static let app = BundleFolders(
        pushed: URL.documentsDirectory.appendingPathComponent("bundles", isDirectory: true),
        builtIn: Bundle.main.bundleURL.appendingPathComponent("bundles", isDirectory: true),
        without: AppleEngines.missing)
}
