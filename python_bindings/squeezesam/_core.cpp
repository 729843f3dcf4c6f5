// squeezesam._core: the C interface of the core (squeezesam/ssam.h) for Python. Thin: arrays in,
// arrays out, statuses to the classes of squeezesam.errors. Python's lock is let go of while the
// core works and taken back in engine callbacks, so that sessions of several threads run side by
// side.
#include <pybind11/pybind11.h>

#include "_core_everything.h"
#include "_core_functions.h"
#include "_core_handles.h"
#include "_core_masks.h"

PYBIND11_MODULE(_core, module) {
    module.doc() = "The C++ core of squeezesam; use the squeezesam package.";
    ssam_py::add_functions(module);
    ssam_py::add_handles(module);
    ssam_py::add_sessions(module);
    ssam_py::add_masks(module);
    ssam_py::add_everything(module);
}
