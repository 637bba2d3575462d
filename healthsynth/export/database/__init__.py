"""The tables of the CSV layout with types, keys and ids: as Parquet files, a DuckDB file, or in PostgreSQL."""
