DROP TABLE edits;
DROP TABLE document_updates;
DROP TABLE projects;
UPDATE schema_revision SET revision = 1;
