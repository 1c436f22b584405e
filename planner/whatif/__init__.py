"""`alliance whatif`: what single changes would do to a plan that was made, answered in a meeting."""
