"""The chest CT of a patient on a day: anatomy, opacities, scanner, series and display."""
