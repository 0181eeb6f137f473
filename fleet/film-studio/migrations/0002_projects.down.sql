DROP TABLE members;

DROP TABLE projects;
