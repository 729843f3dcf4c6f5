// Where a photo lies in a network's input and in the masks that come out of it.
#pragma once

#include "base/exact_arithmetic.h"

namespace ssam {

struct Size {
    int width;
    int height;
};

// The size a photo takes in an input: the largest that fits with the aspect kept, each side
// rounded half up and at least 1.
Size fit(Size photo, Size input);

// Photo pixels to input pixels along one axis, pixel centres at integers.
struct AxisMap {
    double scale;  // resized side / photo side

    double to_input(double photo) const { return (photo + 0.5) * scale - 0.5; }
    double to_photo(double input) const { return (input + 0.5) / scale - 0.5; }
};

struct Placement {
    Size photo;
    Size input;
    Size resized;
    AxisMap x;
    AxisMap y;
};

Placement place(Size photo, Size input);

// Where a photo's pixel centre lies on a plane over the whole input, measured from its edge.
double on_plane(double photo, const AxisMap& axis, int input, int plane);

// How much of a map's side the photo covers: pixels at least half of which lie on it. `resized`:
// the photo's side in an input with the side `input`, of which the map shows all.
int covered(int resized, int input, int map);

}  // namespace ssam
