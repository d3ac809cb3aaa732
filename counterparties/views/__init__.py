"""Pages of the party record and its dossier."""
