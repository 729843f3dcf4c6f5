// swift-tools-version: 5.9
import PackageDescription

let package = Package(
    name: "squeezesam",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "SqueezeSAM", targets: ["SqueezeSAM"]),
        // Core AI, for apps that run on iOS 27 and macOS 27 too; what needs them says so.
        .library(name: "SqueezeSAMCoreAI", targets: ["SqueezeSAMCoreAI"]),
    ],
    targets: [
        // The C++ core, the same files as for every other platform. An app may add this package by
        // URL, so there are no unsafe flags: src/base/exact_arithmetic.h stands for -ffp-contract=off.
        .target(
            name: "CSqueezeSAM",
            path: "runtime/core",
            sources: ["src"],
            publicHeadersPath: "include",
            cxxSettings: [.headerSearchPath("src")]
        ),
        .target(
            name: "SqueezeSAM",
            dependencies: ["CSqueezeSAM"],
            path: "runtime/swift/Sources/SqueezeSAM",
            swiftSettings: [.enableExperimentalFeature("StrictConcurrency")]
        ),
        .target(
            name: "SqueezeSAMCoreAI",
            dependencies: ["SqueezeSAM"],
            path: "runtime/swift/Sources/SqueezeSAMCoreAI",
            swiftSettings: [.enableExperimentalFeature("StrictConcurrency")]
        ),
        .testTarget(
            name: "SqueezeSAMCoreAITests",
            dependencies: ["SqueezeSAMCoreAI"],
            path: "runtime/swift/Tests/SqueezeSAMCoreAITests"
        ),
        .testTarget(
            name: "SqueezeSAMTests",
            dependencies: ["SqueezeSAM", "CSqueezeSAM"],
            path: "runtime/swift/Tests/SqueezeSAMTests"
        ),
    ],
    cxxLanguageStandard: .cxx17
)
