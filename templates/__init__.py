"""What people and models read: pure functions from artifacts to text and blocks."""
