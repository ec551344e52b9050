"""What a person does, turned into what an app is told."""
