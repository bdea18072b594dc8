-- stream
select 1;
