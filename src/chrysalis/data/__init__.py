"""From a folder or an archive to a packed array: fetch, inspect, split, pack."""
