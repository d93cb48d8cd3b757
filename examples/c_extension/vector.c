#include "examples/c_extension/vector.h"

double vector_cross(double ax, double ay, double bx, double by) { return ax * by - ay * bx; }
