DROP TABLE audit_entries;
DROP TABLE users;
DROP TABLE schema_revision;
