"""Import of articles and of prices from CSV and XLSX; the steps are those of all imports (`common/importing`).

`columns` says what each column is, `articles` and `prices` plan and write their rows, `process` walks the steps,
`undoing` takes an import back.
"""
