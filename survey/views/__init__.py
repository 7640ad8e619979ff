"""What participants see: joining a study, and one trial after the other."""
