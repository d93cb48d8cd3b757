"""The same applications, packed by this project and by the tools that users would pick instead, measured side by side."""
