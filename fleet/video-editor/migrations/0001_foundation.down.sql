DROP TABLE users;
DROP TABLE maintenance;
DROP TABLE schema_revision;
