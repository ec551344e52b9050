"""Public data sets, translated case by case into captures."""
