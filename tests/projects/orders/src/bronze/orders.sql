-- Orders arrive as JSON lines with nested customers and items; products as Parquet.
CREATE OR REFRESH STREAMING TABLE orders
AS SELECT *, _metadata.file_name AS source_file
FROM STREAM read_files('${lake}/orders', format => 'json', schemaHints => 'id BIGINT, placed_at TIMESTAMP');

CREATE OR REFRESH STREAMING TABLE products
AS SELECT * FROM STREAM read_files('${lake}/products', format => 'parquet');
