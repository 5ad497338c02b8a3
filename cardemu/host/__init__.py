"""The machine a command runs on: its streams, signals, processes, folders and files."""
