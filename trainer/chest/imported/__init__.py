"""A real chest as the anatomy: what lies in an axial CT series, told from its densities alone."""
