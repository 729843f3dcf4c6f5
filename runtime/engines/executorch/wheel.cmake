# ExecuTorch out of the pip wheel that $PYTHON (python3) has installed, or of another processor's
# that SSAM_EXECUTORCH_WHEEL names: what locate_wheel.py prints, with that processor's libraries.
set(SSAM_EXECUTORCH_WHEEL "" CACHE STRING "Version, folder, library, pthreadpool.h, libpython")
set(found ${SSAM_EXECUTORCH_WHEEL})
if(NOT found)
  set(python $ENV{PYTHON})
  if(NOT python)
    set(python python3)
  endif()
  execute_process(COMMAND ${python} ${CMAKE_CURRENT_LIST_DIR}/locate_wheel.py
                  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "the ExecuTorch wheel was not found; set PYTHON or SSAM_EXECUTORCH_ROOT")
  endif()
endif()
list(GET found 0 SSAM_EXECUTORCH_VERSION)
list(GET found 1 wheel)
list(GET found 2 portable)
list(GET found 3 pthreadpool_header)
list(GET found 4 libpython)

# torch's include folder has another c10 beside this header: it is taken alone.
configure_file(${pthreadpool_header} ${CMAKE_CURRENT_BINARY_DIR}/include/pthreadpool.h COPYONLY)
set(SSAM_EXECUTORCH_INCLUDES ${wheel}/include
                             ${wheel}/include/executorch/runtime/core/portable_type/c10
                             ${CMAKE_CURRENT_BINARY_DIR}/include)
set(SSAM_EXECUTORCH_DEFINITIONS C10_USING_CUSTOM_GENERATED_MACROS SSAM_EXECUTORCH_THREADPOOL)
# On x86-64 a part of the runtime lies in the Qualcomm library. Python's symbols are needed by the
# libraries only, not by our code.
set(qualcomm)
if(NOT SSAM_EXECUTORCH_WHEEL AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  set(qualcomm ${wheel}/backends/qualcomm/libqnn_executorch_backend.so)
endif()
set(SSAM_EXECUTORCH_LIBRARIES -Wl,--no-as-needed -Wl,--allow-shlib-undefined ${portable}
                              ${qualcomm} ${libpython})
