"""Import of parties with their address, account and contact person from CSV and XLSX.

`reading` makes rows of cells of a file, `columns` says what each column is, `rows` makes checked records of the cells,
`planning` compares them with what is here, `writing` writes the plan, `undoing` takes it back. `jobs` lets the worker
do all this; the command `import_counterparties` does it on the terminal.
"""
