# ExecuTorch as its own CMake build installs it; CMake 3.24 or newer, as ExecuTorch wants itself.
# The toolchain file of a phone confines searches to the phone's files; the given folder is meant as
# it is.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON) # what links our engine lies in other directories
find_package(executorch CONFIG REQUIRED PATHS ${SSAM_EXECUTORCH_ROOT}
             PATH_SUFFIXES lib/cmake/ExecuTorch NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
set(SSAM_EXECUTORCH_VERSION "${executorch_VERSION}")
if(NOT SSAM_EXECUTORCH_VERSION)
  set(SSAM_EXECUTORCH_VERSION unknown)
endif()
set(SSAM_EXECUTORCH_INCLUDES ${EXECUTORCH_INCLUDE_DIRS})
set(SSAM_EXECUTORCH_DEFINITIONS C10_USING_CUSTOM_GENERATED_MACROS)

# Backends and operators register themselves when the program starts. Nothing calls them by name, so
# a linker leaves them out unless it is told otherwise; some releases tell it already.
function(ssam_link_whole target)
  get_target_property(options ${target} INTERFACE_LINK_OPTIONS)
  if(options MATCHES "whole-archive|force_load")
    return()
  endif()
  if(APPLE)
    set(whole "SHELL:LINKER:-force_load,$<TARGET_FILE:${target}>")
  else()
    set(whole "SHELL:LINKER:--whole-archive $<TARGET_FILE:${target}> LINKER:--no-whole-archive")
  endif()
  set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_OPTIONS "${whole}")
endfunction()

if(NOT TARGET xnnpack_backend)
  message(FATAL_ERROR "the ExecuTorch in ${SSAM_EXECUTORCH_ROOT} was built without XNNPACK")
endif()
# One set of operators: the fast one where there is one.
set(operators)
foreach(library optimized_native_cpu_ops_lib optimized_ops_lib portable_ops_lib)
  if(TARGET ${library} AND NOT operators)
    set(operators ${library})
  endif()
endforeach()
if(NOT operators)
  message(FATAL_ERROR "the ExecuTorch in ${SSAM_EXECUTORCH_ROOT} was built without operators")
endif()
set(SSAM_EXECUTORCH_LIBRARIES)
foreach(library executorch xnnpack_backend ${operators} quantized_ops_lib)
  if(TARGET ${library})
    ssam_link_whole(${library})
    list(APPEND SSAM_EXECUTORCH_LIBRARIES ${library})
  endif()
endforeach()
if(TARGET extension_threadpool)
  list(APPEND SSAM_EXECUTORCH_LIBRARIES extension_threadpool)
  list(APPEND SSAM_EXECUTORCH_DEFINITIONS SSAM_EXECUTORCH_THREADPOOL)
endif()
