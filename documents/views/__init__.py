"""Pages of files, letters, personal documents and forms."""
