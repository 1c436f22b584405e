"""Roads: reading a road file, the routable network, and trips on it."""
