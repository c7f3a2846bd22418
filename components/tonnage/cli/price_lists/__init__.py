"""Price lists of the clouds, fetched when a person asks for it: the only part of tonnage that opens a connection."""
