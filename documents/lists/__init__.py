"""Lists of files, letters, personal documents and forms, with their filters."""
