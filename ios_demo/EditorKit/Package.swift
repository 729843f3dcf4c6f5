// swift-tools-version: 5.9
import PackageDescription

// What the demo knows without a screen: no UIKit, no SwiftUI, so that it is tested on Linux too.
let settings: [SwiftSetting] = [.enableExperimentalFeature("StrictConcurrency")]

let package = Package(
    name: "EditorKit",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "EditorKit", targets: ["EditorModel", "BenchmarkModel"])
    ],
    dependencies: [
        .package(name: "squeezesam", path: "../..")
    ],
    targets: [
        .target(
            name: "EditorModel",
            dependencies: [.product(name: "SqueezeSAM", package: "squeezesam")],
            swiftSettings: settings),
        .target(
            name: "BenchmarkModel",
            dependencies: [.product(name: "SqueezeSAM", package: "squeezesam")],
            swiftSettings: settings),
        .target(
            name: "FakeModel",
            dependencies: [.product(name: "SqueezeSAM", package: "squeezesam")],
            path: "Tests/FakeModel",
            swiftSettings: settings),
        .testTarget(
            name: "EditorModelTests",
            dependencies: ["EditorModel", "FakeModel"],
            swiftSettings: settings),
        .testTarget(
            name: "BenchmarkModelTests",
            dependencies: ["BenchmarkModel", "FakeModel"],
            resources: [.copy("Expected")],
            swiftSettings: settings),
    ]
)
