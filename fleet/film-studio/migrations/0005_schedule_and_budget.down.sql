DROP TABLE daily_figures;

DROP TABLE budget_lines;

DROP TABLE day_scenes;

DROP TABLE days;
