DROP TABLE posts;
DROP TABLE runs;
DROP TABLE projects;
