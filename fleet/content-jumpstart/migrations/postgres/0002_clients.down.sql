DROP TABLE briefs;
DROP TABLE clients;
