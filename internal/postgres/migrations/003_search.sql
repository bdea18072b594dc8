-- search
select 1;
