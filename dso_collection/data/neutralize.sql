-- a copy of a database must not chase customers
UPDATE res_company SET dso_paused = true;
