"""The tests of serving and calling specialists over MCP."""
