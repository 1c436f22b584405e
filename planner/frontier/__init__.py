"""`alliance frontier`: what one aim costs in another, as a curve with a proof for every point."""
