-- crawler
select 1;
