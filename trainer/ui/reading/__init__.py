"""The reading room: pictures, panes, tools."""
