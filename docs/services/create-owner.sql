-- For psql, as a superuser: an owner for Keyward that is none itself. compose.yaml has it run when PostgreSQL makes its files.
\set password `cat /run/secrets/database_password`
create role keyward login createrole password :'password';
create database keyward owner keyward;
