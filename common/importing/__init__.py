"""What all imports from CSV and XLSX share, whatever they bring.

`reading` makes rows of cells of a file, `columns` says what each column is, `plans` what becomes of a row, `records`
are the abstract models that keep an import, `process` walks its steps, `undoing` takes it back, `jobs` lets the worker
do all this, `forms` and `pages` show it. An app declares its columns, plans rows, writes them, and names the rest.
"""
