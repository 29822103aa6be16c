"""Sites that are asked as fast as they answer, and one that is flooded."""
