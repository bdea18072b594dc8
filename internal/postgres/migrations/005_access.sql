-- access
select 1;
