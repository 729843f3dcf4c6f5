// swift-tools-version: 5.9
import PackageDescription

// Apart from the package at the root, so that nobody has to download ExecuTorch who does not use it.
// Keep the version equal to the exporter's (constraints.txt).
let package = Package(
    name: "squeezesam-executorch",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [
        .library(name: "SqueezeSAMExecuTorch", targets: ["SqueezeSAMExecuTorch"])
    ],
    dependencies: [
        .package(name: "squeezesam", path: "../../.."),
        .package(url: "https://github.com/pytorch/executorch.git", branch: "swiftpm-1.4.1"),
    ],
    targets: [
        .target(
            name: "SqueezeSAMExecuTorch",
            dependencies: [
                .product(name: "SqueezeSAM", package: "squeezesam"),
                .product(name: "executorch", package: "executorch"),
                .product(name: "backend_xnnpack", package: "executorch"),
                .product(name: "kernels_optimized", package: "executorch"),
            ]
        )
    ]
)
