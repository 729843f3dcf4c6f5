// No fused multiply-add: the same bits on arm64 as on x86-64. CMake says so with -ffp-contract=off;
// a Swift package that apps add by URL may not pass flags, so the sources say it as well. For every
// source that multiplies and adds floating-point numbers.
#pragma once

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif
