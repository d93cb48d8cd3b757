#pragma once

/* The z component of the cross product of (ax, ay) and (bx, by). */
double vector_cross(double ax, double ay, double bx, double by);
