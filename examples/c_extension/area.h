#pragma once

#include <stddef.h>

/* The area of the polygon with `count` corners: x0, y0, x1, y1, ... Negative where they go clockwise. */
double area_of(const double *corners, size_t count);
