#pragma once

/* Square feet of so many square metres. */
double units_square_feet(double square_metres);
