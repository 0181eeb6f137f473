DROP TABLE assets;
UPDATE schema_revision SET revision = 2;
