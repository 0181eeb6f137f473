DROP TABLE attachment_parts;
DROP TABLE attachments;
DROP TABLE document_versions;
DROP TABLE documents;
UPDATE schema_revision SET revision = 1;
