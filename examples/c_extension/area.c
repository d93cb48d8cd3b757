#include "examples/c_extension/area.h"

#include "examples/c_extension/vector.h"

double area_of(const double *corners, size_t count) {
    double twice = 0;
    for (size_t i = 0; i < count; i++) {
        const double *a = corners + 2 * i, *b = corners + 2 * ((i + 1) % count);
        twice += vector_cross(a[0], a[1], b[0], b[1]);
    }
    return twice / 2;
}
