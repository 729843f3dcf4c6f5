// What a window's colours vary by, and the linear fit that follows from it.
#pragma once

#include "base/exact_arithmetic.h"

namespace ssam {

struct ColourVector {
    double red;
    double green;
    double blue;
};

// A symmetric matrix, 3 x 3, of full rank.
struct ColourCovariance {
    double rr;
    double rg;
    double rb;
    double gg;
    double gb;
    double bb;

    // The vector v with matrix * v = `right`, by the inverse's cofactors.
    ColourVector solve(const ColourVector& right) const {
        const double c_rr = gg * bb - gb * gb;
        const double c_rg = rb * gb - rg * bb;
        const double c_rb = rg * gb - rb * gg;
        const double c_gg = rr * bb - rb * rb;
        const double c_gb = rg * rb - rr * gb;
        const double c_bb = rr * gg - rg * rg;
        const double determinant = rr * c_rr + rg * c_rg + rb * c_rb;
        return {(c_rr * right.red + c_rg * right.green + c_rb * right.blue) / determinant,
                (c_rg * right.red + c_gg * right.green + c_gb * right.blue) / determinant,
                (c_rb * right.red + c_gb * right.green + c_bb * right.blue) / determinant};
    }
};

}  // namespace ssam
