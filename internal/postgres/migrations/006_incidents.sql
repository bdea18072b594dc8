-- incidents
select 1;
