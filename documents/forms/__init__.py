"""Forms of files, letters, personal documents and blanks."""
