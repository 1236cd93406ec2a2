-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Unity Catalog
-- MAGIC What the pipelines rely on: schemas, the functions that mask and filter, and who may read what.
-- MAGIC Every statement can run again.

-- COMMAND ----------

CREATE CATALOG IF NOT EXISTS IDENTIFIER(:catalog) COMMENT 'The Netflix lakehouse';

-- COMMAND ----------

USE CATALOG IDENTIFIER(:catalog);

CREATE SCHEMA IF NOT EXISTS bronze COMMENT 'Rows as they arrived, with the file they came from';
CREATE SCHEMA IF NOT EXISTS silver COMMENT 'Typed, cleaned and deduplicated';
CREATE SCHEMA IF NOT EXISTS gold COMMENT 'Answers to questions';
CREATE SCHEMA IF NOT EXISTS ops COMMENT 'Policies of the lakehouse';

-- COMMAND ----------

CREATE OR REPLACE FUNCTION ops.mask_description(description STRING)
RETURNS STRING
COMMENT 'Analysts see that there is a description, not what it says'
RETURN CASE
  WHEN is_account_group_member('engineers') THEN description
  WHEN is_account_group_member('analysts') THEN concat('(', length(description), ' characters)')
  ELSE description
END;

CREATE OR REPLACE FUNCTION ops.suits_reader(rating STRING)
RETURNS BOOLEAN
COMMENT 'Hides titles rated for adults from the kids team'
RETURN NOT is_account_group_member('kids_team')
  OR coalesce(rating IN ('TV-Y', 'TV-Y7', 'TV-Y7-FV', 'TV-G', 'TV-PG', 'G', 'PG'), false);

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## Grants
-- MAGIC Engineers own the catalog. Analysts and the kids team read gold and nothing else.

-- COMMAND ----------

ALTER CATALOG IDENTIFIER(:catalog) OWNER TO engineers;
ALTER SCHEMA bronze OWNER TO engineers;
ALTER SCHEMA silver OWNER TO engineers;
ALTER SCHEMA gold OWNER TO engineers;
ALTER SCHEMA ops OWNER TO engineers;
GRANT ALL PRIVILEGES ON CATALOG IDENTIFIER(:catalog) TO engineers;

GRANT USE CATALOG ON CATALOG IDENTIFIER(:catalog) TO analysts;
GRANT USE SCHEMA, SELECT ON SCHEMA gold TO analysts;

GRANT USE CATALOG ON CATALOG IDENTIFIER(:catalog) TO kids_team;
GRANT USE SCHEMA, SELECT ON SCHEMA gold TO kids_team;
