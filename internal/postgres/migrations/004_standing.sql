-- standing
select 1;
