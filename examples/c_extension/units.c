double units_square_feet(double square_metres) { return square_metres / (0.3048 * 0.3048); }
