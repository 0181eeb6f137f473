DROP TABLE jobs;
UPDATE schema_revision SET revision = 3;
