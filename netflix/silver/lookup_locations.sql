-- The lookups to load: where each comes from, which of its columns holds the value, and the table it becomes.
SELECT * FROM VALUES
  ('cast', 'cast', 'cast'),
  ('category', 'listed_in', 'genres'),
  ('countries', 'country', 'countries'),
  ('directors', 'director', 'directors')
AS lookups(source, value_column, target)
