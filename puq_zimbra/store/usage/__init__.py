"""Usage over time: readings, the month's highest figures, notices."""
