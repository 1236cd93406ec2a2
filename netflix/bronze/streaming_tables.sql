-- Bronze: every row as it arrived, all columns text, with the file it came from. Auto Loader takes each file once,
-- and again only when its content changes.

CREATE OR REFRESH STREAMING TABLE titles
COMMENT 'Titles as they arrived: one row a line of the file, broken lines included'
AS SELECT *, _metadata.file_path AS source_file, _metadata.file_modification_time AS landed_at
FROM STREAM read_files(
  '${lake}/titles',
  format => 'csv', header => true, escape => '"',
  inferColumnTypes => false, allowOverwrites => true
);

CREATE OR REFRESH STREAMING TABLE cast
COMMENT 'Who plays in which title'
AS SELECT *, _metadata.file_path AS source_file, _metadata.file_modification_time AS landed_at
FROM STREAM read_files(
  '${lake}/cast',
  format => 'csv', header => true, escape => '"',
  inferColumnTypes => false, allowOverwrites => true
);

CREATE OR REFRESH STREAMING TABLE category
COMMENT 'Which title is listed in which genre'
AS SELECT *, _metadata.file_path AS source_file, _metadata.file_modification_time AS landed_at
FROM STREAM read_files(
  '${lake}/category',
  format => 'csv', header => true, escape => '"',
  inferColumnTypes => false, allowOverwrites => true
);

CREATE OR REFRESH STREAMING TABLE countries
COMMENT 'Where a title was produced'
AS SELECT *, _metadata.file_path AS source_file, _metadata.file_modification_time AS landed_at
FROM STREAM read_files(
  '${lake}/countries',
  format => 'csv', header => true, escape => '"',
  inferColumnTypes => false, allowOverwrites => true
);

CREATE OR REFRESH STREAMING TABLE directors
COMMENT 'Who directed which title'
AS SELECT *, _metadata.file_path AS source_file, _metadata.file_modification_time AS landed_at
FROM STREAM read_files(
  '${lake}/directors',
  format => 'csv', header => true, escape => '"',
  inferColumnTypes => false, allowOverwrites => true
);
