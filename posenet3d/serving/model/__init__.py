"""SavedModels: what they take and give, running them, their versions on disk."""
