"""Operations: what hooks asked for, one at a time for each service, and what came of it."""
